"""Answers to the tasks of lesson 8, as people write them."""

import cmath
import math

import numpy as np

from real_answers import accepted, named, said

# --- Where creeping turns into swinging -----------------------------------------------------------


@accepted("critical_beta")
def by_newton(product):
    """Solve (1 + β - product)² = 4β from below."""
    beta = 0.0
    for _ in range(200):
        value = (1 + beta - product) ** 2 - 4 * beta
        beta -= value / (2 * (1 + beta - product) - 4)
    return beta


@accepted("critical_beta")
def with_a_named_root(product):
    root_beta = 1 - math.sqrt(product)
    return math.pow(root_beta, 2)


@named("critical_beta", "The last term of the square is missing")
def critical_damping_of_a_car(product):
    friction = 2 * math.sqrt(product)
    return 1 - friction


@named("critical_beta", "The square is missing")
def halfway(product):
    return 1 - product**0.5


@named("critical_beta", "1 - lr·λ, the factor of gradient descent")
def power_binds_tighter(product):
    return 1 - np.sqrt(product) ** 2


@named("critical_beta", "1 + lr·λ")
def midpoint(product):
    return ((1 - np.sqrt(product)) ** 2 + (1 + np.sqrt(product)) ** 2) / 2


@accepted("critical_beta")
def by_logarithms(product):
    return product + 1 - 2 * np.exp(0.5 * np.log(product))


@said("critical_beta", "value")
def a_tower_of_powers(product):
    return 1 - product**0.5**2


@named("critical_beta", "The other solution")
def plus_of_two(product):
    a, b, c = 1, -2 * (1 + product), (1 - product) ** 2
    return (-b + math.sqrt(b**2 - 4 * a * c)) / (2 * a)


# --- The rate -------------------------------------------------------------------------------------


@accepted("heavy_ball_rate_on_parabola")
def spectral_radius(product, beta):
    A = [[0, 1], [-beta, 1 + beta - product]]
    return max(map(abs, np.linalg.eig(A)[0]))


@accepted("heavy_ball_rate_on_parabola")
def by_cmath(product, beta):
    half = (1 + beta - product) / 2
    spread = cmath.sqrt(half**2 - beta)
    return max(abs(half + sign * spread) for sign in (-1, 1))


@accepted("heavy_ball_rate_on_parabola")
def with_arccosh(product, beta):
    """Swinging is a cosine; the rest is the longer of two real roots, whose product is β."""
    s = abs(1 + beta - product)
    if s <= 2 * math.sqrt(beta):
        return beta**0.5
    return (s + math.sqrt(s * s - 4 * beta)) / 2


@named("heavy_ball_rate_on_parabola", "The square root refuses a negative number")
def school_formula(product, beta):
    a, b, c = 1, -(1 + beta - product), beta
    d = b**2 - 4 * a * c
    x1 = (-b + math.sqrt(d)) / (2 * a)
    x2 = (-b - math.sqrt(d)) / (2 * a)
    return max(abs(x1), abs(x2))


@named("heavy_ball_rate_on_parabola", "The root of a negative number became nan")
def school_formula_in_numpy(product, beta):
    b = -(1 + beta - product)
    roots = (-b + np.array([1, -1]) * np.sqrt(b * b - 4 * beta)) / 2
    return np.max(np.abs(roots))


@named("heavy_ball_rate_on_parabola", "The largest real part in place of the length")
def real_parts_of_eigenvalues(product, beta):
    values, _ = np.linalg.eig(np.array([[1 + beta - product, -beta], [1.0, 0.0]]))
    return np.max(np.real(values))


@named("heavy_ball_rate_on_parabola", "β in place of √β where the ball swings")
def determinant_where_complex(product, beta):
    z = np.roots([1, -(1 + beta - product), beta])
    if np.iscomplex(z).any():
        return abs(z[0] * z[1])
    return np.abs(z).max()


@named("heavy_ball_rate_on_parabola", "The averaged form's learning rate")
def in_the_recipes_dialect(product, beta):
    z = np.roots([1, -(1 + beta - (1 - beta) * product), beta])
    return np.abs(z).max()


@said("heavy_ball_rate_on_parabola", "value")
def singular_value(product, beta):
    return np.linalg.norm(np.array([[1 + beta - product, -beta], [1, 0]]), ord=2)


@said("heavy_ball_rate_on_parabola", "shape")
def both_lengths(product, beta):
    return np.abs(np.roots([1, -(1 + beta - product), beta]))


@accepted("heavy_ball_rate_on_parabola")
def mirrored_roots(product, beta):
    """All roots change their sign, and keep their length."""
    return np.abs(np.roots([1, 1 + beta - product, beta])).max()


@accepted("heavy_ball_rate_on_parabola")
def between_two_borders(product, beta):
    low, high = (1 - math.sqrt(beta)) ** 2, (1 + math.sqrt(beta)) ** 2
    if low <= product <= high:
        return math.sqrt(beta)
    s = 1 + beta - product
    return (abs(s) + math.sqrt(s**2 - 4 * beta)) / 2


@named("heavy_ball_rate_on_parabola", "√β for all that is beyond the first border")
def one_border_forgotten(product, beta):
    if product >= (1 - math.sqrt(beta)) ** 2:
        return math.sqrt(beta)
    s = 1 + beta - product
    return (s + math.sqrt(s**2 - 4 * beta)) / 2


@said("heavy_ball_rate_on_parabola", "value")
def powers_of_a_matrix(product, beta):
    A = np.array([[1 + beta - product, -beta], [1.0, 0.0]])
    return np.linalg.norm(np.linalg.matrix_power(A, 400)) ** (1 / 400)


@said("heavy_ball_rate_on_parabola", "value")
def coefficients_from_behind(product, beta):
    return np.abs(np.roots([beta, -(1 + beta - product), 1])).max()


@named("heavy_ball_rate_on_parabola", "The shorter root in place of the longer")
def product_over_the_longer(product, beta):
    z = np.linalg.eigvals([[1 + beta - product, -beta], [1, 0]])
    return np.sort(np.abs(z))[0]


# --- The best setting -----------------------------------------------------------------------------


@accepted("best_setting")
def two_ends_of_the_bar(mu, L):
    step = 2 / (mu**0.5 + L**0.5)
    return step**2, (step * L**0.5 - 1) ** 2


@accepted("best_setting")
def by_the_condition_number(mu, L):
    q = math.sqrt(L / mu)
    beta = ((q - 1) / (q + 1)) ** 2
    return (1 + math.sqrt(beta)) ** 2 / L, beta


@named("best_setting", "Nesterov's setting")
def of_the_convex_optimisation_lecture(mu, L):
    kappa = L / mu
    alpha = 1 / L
    momentum = (np.sqrt(kappa) - 1) / (np.sqrt(kappa) + 1)
    return alpha, momentum


@named("best_setting", "β is not squared")
def rate_for_beta(mu, L):
    lr = (2 / (math.sqrt(L) + math.sqrt(mu))) ** 2
    both = {"lr": lr, "beta": 1 - math.sqrt(lr * mu)}
    return both["lr"], both["beta"]


@named("best_setting", "The best learning rate without memory, and β for that")
def first_one_then_the_other(mu, L):
    lr = 2 / (mu + L)
    beta = (1 - math.sqrt(lr * mu)) ** 2
    return lr, beta


@named("best_setting", "Neither number is squared")
def roots_of_both(mu, L):
    lr = 2 / (np.sqrt(L) + np.sqrt(mu))
    beta = (np.sqrt(L) - np.sqrt(mu)) / (np.sqrt(L) + np.sqrt(mu))
    return lr, beta


@named("best_setting", "1/√(μ·L), a learning rate for the averaged form")
def for_the_recipe(mu, L):
    beta = ((L**0.5 - mu**0.5) / (L**0.5 + mu**0.5)) ** 2
    return 4 / (L**0.5 + mu**0.5) ** 2 / (1 - beta), beta


@named("best_setting", "1/√(μ·L), a learning rate for the averaged form")
def geometric_mean(mu, L):
    return 1 / math.sqrt(mu * L), ((math.sqrt(L / mu) - 1) / (math.sqrt(L / mu) + 1)) ** 2


@said("best_setting", "type")
def three_numbers(mu, L):
    rate = (math.sqrt(L / mu) - 1) / (math.sqrt(L / mu) + 1)
    return 4 / (math.sqrt(L) + math.sqrt(mu)) ** 2, rate**2, rate


@accepted("best_setting")
def by_the_middle_of_the_valley(mu, L):
    """At the middle curvature the ball swings fastest: lr times it is 1 + β."""
    beta = ((math.sqrt(L) - math.sqrt(mu)) / (math.sqrt(L) + math.sqrt(mu))) ** 2
    return 2 * (1 + beta) / (L + mu), beta


@accepted("best_setting")
def arguments_mixed_up_without_harm(L, mu):
    r = (mu / L) ** 0.5
    return 4 / (L**0.5 * (1 + r)) ** 2, ((1 - r) / (1 + r)) ** 2


@named("best_setting", "Learning rate and β are exchanged")
def momentum_first(mu, L):
    a, b = mu**0.5, L**0.5
    momentum = ((b - a) / (b + a)) ** 2
    return momentum, (2 / (a + b)) ** 2


@named("best_setting", "The largest learning rate in place of the best")
def close_to_the_cliff(mu, L):
    beta = np.square((np.sqrt(L / mu) - 1) / (np.sqrt(L / mu) + 1))
    return 2 * (1 + beta) / L, beta


@said("best_setting", "value")
def searched_coarsely(mu, L):
    def worst(lr, beta):
        return max(np.abs(np.roots([1, lr * each - 1 - beta, beta])).max() for each in (mu, L))

    settings = [(lr, beta) for lr in np.arange(1, 20) / 20 for beta in np.arange(1, 10) / 10]
    return min(settings, key=lambda each: worst(*each))
