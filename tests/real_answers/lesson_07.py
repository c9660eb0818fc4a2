"""Answers to the tasks of lesson 7, as people write them."""

import math
from fractions import Fraction

import numpy as np

from real_answers import accepted, named, said

# --- The learning rate ----------------------------------------------------------------------------


@accepted("heavy_ball_rate")
def first_moves_alike(learning_rate, beta):
    """The first move from rest, for a gradient of 1."""
    velocity = 0.0
    velocity = beta * velocity + (1 - beta) * 1.0
    return learning_rate * velocity


@accepted("heavy_ball_rate")
def exactly(learning_rate, beta):
    return Fraction(learning_rate) * (1 - Fraction(beta))


@named("heavy_ball_rate", "Division in place of multiplication")
def by_the_memory(learning_rate, beta):
    memory = 1 / (1 - beta)
    return learning_rate * memory


@named("heavy_ball_rate", "β is subtracted from the learning rate")
def without_brackets(learning_rate, beta):
    return learning_rate * 1 - beta


@said("heavy_ball_rate", "value")
def logarithm(learning_rate, beta):
    return -learning_rate / math.log(beta)


@said("heavy_ball_rate", "value")
def with_beta_squared(learning_rate, beta):
    return learning_rate * (1 - beta**2)


# --- A run that is under way ----------------------------------------------------------------------


@accepted("averaged_to_heavy_ball")
def by_one_factor(learning_rate, beta, velocity):
    c = np.reciprocal(1 - beta)
    return learning_rate / c, c * velocity


@named("averaged_to_heavy_ball", "The velocity holds the learning rate as well")
def as_a_move(learning_rate, beta, velocity):
    lr = learning_rate - learning_rate * beta
    sum_of_gradients = velocity / (1 - beta)
    return lr, lr * sum_of_gradients


@named("averaged_to_heavy_ball", "The velocity is not translated")
def rate_is_all(learning_rate, beta, velocity):
    return (1 - beta) * learning_rate, velocity.copy()


@named("averaged_to_heavy_ball", "Both answers are there, in the other order")
def velocity_and_rate(learning_rate, beta, velocity):
    velocity_hb = velocity / (1 - beta)
    return velocity_hb, learning_rate * (1 - beta)


@named("averaged_to_heavy_ball", "The velocity is multiplied where it should be divided")
def both_times(learning_rate, beta, velocity):
    return tuple(each * (1 - beta) for each in (learning_rate, velocity))


@said("averaged_to_heavy_ball", "changed")
def divided_in_place(learning_rate, beta, velocity):
    learning_rate *= 1 - beta
    velocity /= 1 - beta
    return learning_rate, velocity


@accepted("averaged_to_heavy_ball")
def by_the_sum_of_weights(learning_rate, beta, velocity):
    weights = sum(beta ** np.arange(10_000))
    return learning_rate / weights, velocity * weights


@named("averaged_to_heavy_ball", "The learning rate is divided where it should be multiplied")
def everything_grows(learning_rate, beta, velocity):
    boost = 1 / (1 - beta)
    return learning_rate * boost, velocity * boost


# --- A run that does not say in which dialect it was written --------------------------------------


@accepted("heavy_ball_behind")
def as_a_sum_of_gradients(places, gradients):
    lr = (places[0] - places[1]) / gradients[0]
    v1, v2 = gradients[0], (places[1] - places[2]) / lr
    return lr, (v2 - gradients[1]) / v1


@accepted("heavy_ball_behind")
def as_an_average_first(places, gradients):
    """Solve it as the recipe's run, and translate the learning rate at the end."""
    m = np.diff(places)
    beta = m[1] / m[0] - gradients[1] / gradients[0]
    lr_of_average = -m[0] / gradients[0] / (1 - beta)
    return lr_of_average * (1 - beta), beta


@accepted("heavy_ball_behind")
def by_positions(places, gradients):
    """Polyak's form: the next place is this one, minus lr times g, plus β times the last move."""
    t0, t1, t2 = places[:3]
    lr = (t0 - t1) / gradients[0]
    return np.array([lr, (t2 - t1 + lr * gradients[1]) / (t1 - t0)])


@accepted("heavy_ball_behind")
def by_a_grid(places, gradients):
    """Try many β, and keep the one that lands on the third place."""
    lr = abs((places[1] - places[0]) / gradients[0])
    betas = np.linspace(0, 1, 100_001)
    v = betas * gradients[0] + gradients[1]
    return lr, betas[np.argmin(abs(places[1] - lr * v - places[2]))]


@accepted("heavy_ball_behind")
def by_cramer(places, gradients):
    (a, b), (c, d) = (-gradients[0], 0), (-gradients[1], places[1] - places[0])
    p, q = places[1] - places[0], places[2] - places[1]
    det = a * d - b * c
    return (p * d - b * q) / det, (a * q - c * p) / det


@named("heavy_ball_behind", "The fresh gradient is left out of the second move")
def ratio_of_moves(places, gradients):
    lr = (places[0] - places[1]) / gradients[0]
    return lr, (places[2] - places[1]) / (places[1] - places[0])


@named("heavy_ball_behind", "Each move is held against the gradient where it arrives")
def with_gradients_one_late(places, gradients):
    lr = (places[0] - places[1]) / gradients[1]
    v1, v2 = gradients[1], (places[1] - places[2]) / lr
    return lr, (v2 - gradients[2]) / v1


@named("heavy_ball_behind", "The learning rate is negative, and β follows from it")
def with_plus_signs(places, gradients):
    lr = (places[1] - places[0]) / gradients[0]
    beta = (places[2] - places[1] + lr * gradients[1]) / (places[1] - places[0])
    return lr, beta


@named("heavy_ball_behind", "The learning rate has the other sign")
def with_plus_signs_throughout(places, gradients):
    lr = np.diff(places)[0] / gradients[0]
    v1, v2 = gradients[0], np.diff(places)[1] / lr
    return lr, (v2 - gradients[1]) / v1


@named("heavy_ball_behind", "The fresh gradient has the other sign in the second move")
def solved_with_a_slip(places, gradients):
    lr = -(places[1] - places[0]) / gradients[0]
    return lr, ((places[2] - places[1]) - lr * gradients[1]) / (places[1] - places[0])


@named("heavy_ball_behind", "The learning rate is missing before the fresh gradient")
def rate_forgotten(places, gradients):
    m = np.diff(places)
    return -m[0] / gradients[0], (m[1] + gradients[1]) / m[0]


@named("heavy_ball_behind", "The learning rate of an averaged run")
def for_the_recipe(places, gradients):
    step = (places[0] - places[1]) / gradients[0]
    beta = (places[2] - places[1] + step * gradients[1]) / (places[1] - places[0])
    return step / (1 - beta), beta


@named("heavy_ball_behind", "Both answers are there, in the other order")
def beta_first(places, gradients):
    m = np.diff(places)
    lr = -m[0] / gradients[0]
    return (m[1] + lr * gradients[1]) / m[0], lr


@named("heavy_ball_behind", "The quotient for β is upside down")
def the_wrong_quotient(places, gradients):
    lr = (places[0] - places[1]) / gradients[0]
    return lr, (places[1] - places[0]) / (places[2] - places[1] + lr * gradients[1])


@named("heavy_ball_behind", "β is solved with the gradient where the second move arrives")
def one_index_too_far(places, gradients):
    m = np.diff(places)
    lr = -m[0] / gradients[0]
    return lr, (m[1] + lr * gradients[2]) / m[0]


@named("heavy_ball_behind", "The learning rate is a mean over all steps")
def averaged_over_all(places, gradients):
    m = places[1:] - places[:-1]
    lr = np.mean(-m / gradients[:-1])
    return lr, (m[1] + lr * gradients[1]) / m[0]


@named("heavy_ball_behind", "1 - β in place of β")
def share_of_news(places, gradients):
    m = np.diff(places)
    lr = -m[0] / gradients[0]
    return lr, 1 - (m[1] + lr * gradients[1]) / m[0]


@said("heavy_ball_behind", "type")
def only_the_rate(places, gradients):
    return (places[0] - places[1]) / gradients[0]


@said("heavy_ball_behind", "value")
def by_the_last_two_moves(places, gradients):
    """As if the run were at rest before the move before the last."""
    m = np.diff(places)
    lr = -m[-2] / gradients[-3]
    return lr, (m[-1] + lr * gradients[-2]) / m[-2] / 2


@said("heavy_ball_behind", "value")
def guessing_the_usual_beta(places, gradients):
    return (places[0] - places[1]) / gradients[0], 0.9


@said("heavy_ball_behind", "failure")
def with_four_moves(places, gradients):
    m = np.diff(places)
    lr = -m[0] / gradients[0]
    return lr, (m[3] + lr * gradients[3]) / m[2]


@said("heavy_ball_behind", "shape")
def with_arrays_of_all_steps(places, gradients):
    m = np.diff(places)
    return -m / gradients[:-1], m[1:] / m[:-1]
