"""Answers to the tasks of lesson 1, as people write them."""

import numpy as np

from real_answers import accepted, named


@accepted("line_loss")
def mse_of_a_fitted_function(theta, x, y):
    def predict(value):
        return theta[1] * value + theta[0]

    return sum((predict(a) - b) ** 2 for a, b in zip(x, y, strict=True)) / len(y)


@named("line_loss", "Half of the loss")
def cost_of_a_famous_course(theta, x, y):
    m = len(y)
    X = np.c_[np.ones(m), x]
    errors = X.dot(theta) - y
    return (1 / (2 * m)) * errors.dot(errors)
