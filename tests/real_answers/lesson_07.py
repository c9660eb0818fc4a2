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


# --- Any dialect into any other -------------------------------------------------------------------


@accepted("translate")
def by_the_first_two_moves(source, target, learning_rate, beta, velocity):
    """Let the source go one step with the gradient 1, and one with 0, and solve for the target."""
    weight = {"averaged": lambda lr: 1 - beta, "velocity": lambda lr: lr}
    factor = {"velocity": lambda lr: 1.0}
    a = weight.get(source, lambda lr: 1.0)(learning_rate)
    b = factor.get(source, lambda lr: lr)(learning_rate)
    new = a * b / (1 - beta if target == "averaged" else 1)
    return new, b * velocity / factor.get(target, lambda lr: lr)(new)


@accepted("translate")
def with_match(source, target, learning_rate, beta, velocity):
    match source:
        case "averaged":
            lr, v = learning_rate * (1 - beta), velocity / (1 - beta)
        case "velocity":
            lr, v = learning_rate, velocity / learning_rate
        case _:
            lr, v = learning_rate, velocity
    match target:
        case "averaged":
            return lr / (1 - beta), v * (1 - beta)
        case "velocity":
            return lr, v * lr
    return lr, v


@named("translate", "The average's learning rate goes into the velocity")
def learning_rate_too_late(source, target, learning_rate, beta, velocity):
    lr, v = learning_rate, velocity
    if source == "averaged" and target == "velocity":
        return lr * (1 - beta), v / (1 - beta) * lr
    if source == "averaged":
        lr, v = lr * (1 - beta), v / (1 - beta)
    if source == "velocity":
        v = v / lr
    if target == "averaged":
        return lr / (1 - beta), v * (1 - beta)
    return (lr, lr * v) if target == "velocity" else (lr, v)


@named("translate", "The velocity is not translated")
def two_products_and_one_forgotten(source, target, learning_rate, beta, velocity):
    share = {"averaged": 1 - beta}
    return learning_rate * share.get(source, 1) / share.get(target, 1), velocity


@named("translate", "The learning rate is translated the wrong way round")
def upside_down(source, target, learning_rate, beta, velocity):
    a = {"averaged": 1 - beta}
    new = learning_rate / a.get(source, 1) * a.get(target, 1)
    right = learning_rate * a.get(source, 1) / a.get(target, 1)
    move = velocity if source == "velocity" else learning_rate * velocity
    return new, move if target == "velocity" else move / right


@said("translate", "value")
def one_pair_forgotten(source, target, learning_rate, beta, velocity):
    if (source, target) == ("velocity", "heavy ball"):
        return learning_rate, velocity
    return with_match.function(source, target, learning_rate, beta, velocity)


@said("translate", "failure")
def underscores(source, target, learning_rate, beta, velocity):
    a = {"averaged": 1 - beta, "heavy_ball": 1, "velocity": 1}
    return learning_rate * a[source] / a[target], velocity


@named("translate", "β in place of 1 - β")
def share_of_memory(source, target, learning_rate, beta, velocity):
    a = {"averaged": beta, "heavy ball": 1.0, "velocity": learning_rate}[source]
    b = 1.0 if source == "velocity" else learning_rate
    new = a * b / (beta if target == "averaged" else 1.0)
    return new, b * velocity / (1.0 if target == "velocity" else new)


@named("translate", "Nothing is translated")
def capital_letters(source, target, learning_rate, beta, velocity):
    if source == "Averaged":
        learning_rate, velocity = learning_rate * (1 - beta), velocity / (1 - beta)
    if target == "Averaged":
        learning_rate, velocity = learning_rate / (1 - beta), velocity * (1 - beta)
    return learning_rate, velocity


@named("translate", "The velocity form is taken for a heavy ball")
def two_of_three(source, target, learning_rate, beta, velocity):
    if source == "averaged":
        learning_rate, velocity = learning_rate * (1 - beta), velocity / (1 - beta)
    if target == "averaged":
        learning_rate, velocity = learning_rate / (1 - beta), velocity * (1 - beta)
    return learning_rate, velocity


@said("translate", "type")
def as_a_dict(source, target, learning_rate, beta, velocity):
    lr, v = with_match.function(source, target, learning_rate, beta, velocity)
    return {"learning_rate": lr, "velocity": v}


@said("translate", "failure")
def not_yet_all(source, target, learning_rate, beta, velocity):
    if (source, target) == ("averaged", "heavy ball"):
        return learning_rate * (1 - beta), velocity / (1 - beta)
    if (source, target) == ("heavy ball", "averaged"):
        return learning_rate / (1 - beta), velocity * (1 - beta)
    raise ValueError(f"from {source} to {target}?")
