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


# --- The best β at a given learning rate ----------------------------------------------------------


@accepted("best_beta")
def by_the_longer_distance(learning_rate, mu, L):
    a, b = np.sqrt(learning_rate * mu), np.sqrt(learning_rate * L)
    return max(1 - a, b - 1) ** 2


@accepted("best_beta")
def with_an_if(learning_rate, mu, L):
    best_lr = (2 / (L**0.5 + mu**0.5)) ** 2
    if learning_rate <= best_lr:  # short steps: the floor decides
        return (1 - math.sqrt(learning_rate * mu)) ** 2
    return (1 - math.sqrt(learning_rate * L)) ** 2


@accepted("best_beta")
def by_sorting(learning_rate, mu, L):
    return sorted(abs(1 - (learning_rate * c) ** 0.5) for c in (mu, L))[-1] ** 2


@accepted("best_beta")
def by_a_fine_grid(learning_rate, mu, L):
    betas = np.linspace(0, 1, 40_001)[:-1]
    worst = np.zeros_like(betas)
    for c in (mu, L):
        s = 1 + betas - learning_rate * c
        spread = np.sqrt(s**2 - 4 * betas + 0j)
        worst = np.maximum(worst, np.maximum(abs(s + spread), abs(s - spread)) / 2)
    return betas[worst.argmin()]


@accepted("best_beta")
def by_lowering_the_bar(learning_rate, mu, L):
    """Lower β until one end stops swinging, by ever smaller steps."""
    beta, step = 1.0, 0.1
    while step > 1e-9:
        lower = beta - step
        if all((1 + lower - learning_rate * c) ** 2 < 4 * lower for c in (mu, L)):
            beta = lower
        else:
            step /= 2
    return beta


@named("best_beta", "The critical β of the floor alone")
def for_the_slow_direction(learning_rate, mu, L):
    return (1 - np.sqrt(learning_rate * mu)) ** 2


@named("best_beta", "The critical β of the floor alone")
def with_signs(learning_rate, mu, L):
    return max(1 - np.sqrt(learning_rate * mu), 1 - np.sqrt(learning_rate * L)) ** 2


@named("best_beta", "The critical β of the steep end alone")
def for_the_dangerous_direction(learning_rate, mu, L):
    p = learning_rate * L
    return 1 - 2 * np.sqrt(p) + p


@named("best_beta", "The β of the best setting, whatever the learning rate")
def from_the_lesson(learning_rate, mu, L):
    k = L / mu
    return ((np.sqrt(k) - 1) / (np.sqrt(k) + 1)) ** 2


@named("best_beta", "√β, which is the rate, and not β")
def not_squared(learning_rate, mu, L):
    return np.abs(1 - np.sqrt(learning_rate * np.array([mu, L]))).max()


@named("best_beta", "The smaller of the two critical β")
def as_little_as_possible(learning_rate, mu, L):
    return min((1 - np.sqrt(learning_rate * c)) ** 2 for c in (mu, L))


@named("best_beta", "The mean of the two critical β")
def a_compromise(learning_rate, mu, L):
    return ((1 - (learning_rate * mu) ** 0.5) ** 2 + (1 - (learning_rate * L) ** 0.5) ** 2) / 2


@named("best_beta", "The roots of the products are missing")
def factors_squared(learning_rate, mu, L):
    return max((1 - learning_rate * mu) ** 2, (1 - learning_rate * L) ** 2)


@named("best_beta", "Both critical β are returned")
def one_for_each_end(learning_rate, mu, L):
    return (1 - np.sqrt(learning_rate * np.array([mu, L]))) ** 2


@named("best_beta", "The critical β of the recipe, not of a heavy ball")
def from_the_part_on_the_recipe(learning_rate, mu, L):
    p = learning_rate * mu
    return ((1 - p) / (1 + p)) ** 2


@named("best_beta", "The learning rate is left out")
def of_curvatures(learning_rate, mu, L):
    return max((1 - mu**0.5) ** 2, (1 - L**0.5) ** 2)


@named("best_beta", "The roots are taken of the curvatures alone")
def a_root_too_short(learning_rate, mu, L):
    return max((1 - learning_rate * np.sqrt(mu)) ** 2, (1 - learning_rate * np.sqrt(L)) ** 2)


@said("best_beta", "value")
def by_a_coarse_grid(learning_rate, mu, L):
    def rate(p, b):
        return np.abs(np.roots([1, p - 1 - b, b])).max()

    betas = np.arange(0, 1, 0.05)
    worst = [max(rate(learning_rate * mu, b), rate(learning_rate * L, b)) for b in betas]
    return betas[np.argmin(worst)]


@said("best_beta", "value")
def a_little_more_to_be_safe(learning_rate, mu, L):
    return 1.05 * max((1 - np.sqrt(learning_rate * c)) ** 2 for c in (mu, L))


@said("best_beta", "failure")
def with_kappa(learning_rate, mu, L):
    return critical_beta(learning_rate * mu, kappa)  # noqa: F821


@said("best_beta", "shape")
def learning_rate_and_beta(learning_rate, mu, L):
    return learning_rate, max((1 - np.sqrt(learning_rate * c)) ** 2 for c in (mu, L))
