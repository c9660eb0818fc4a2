"""Answers to the tasks of lesson 1, as people write them."""

import statistics

import numpy as np

from real_answers import accepted, named, said

# --- The loss -------------------------------------------------------------------------------------


@accepted("line_loss")
def mse_of_a_fitted_function(theta, x, y):
    def predict(value):
        return theta[1] * value + theta[0]

    return sum((predict(a) - b) ** 2 for a, b in zip(x, y, strict=True)) / len(y)


@accepted("line_loss")
def as_a_polynomial(theta, x, y):
    return statistics.fmean(np.square(y - np.polynomial.Polynomial(theta)(x)))


@named("line_loss", "Half of the loss")
def cost_of_a_famous_course(theta, x, y):
    m = len(y)
    X = np.c_[np.ones(m), x]
    errors = X.dot(theta) - y
    return (1 / (2 * m)) * errors.dot(errors)


@named("line_loss", "The sum in place of the mean")
def residual_sum_of_squares(theta, x, y):
    rss = 0
    for i in range(len(x)):
        y_hat = theta[0] + theta[1] * x[i]
        rss = rss + (y[i] - y_hat) ** 2
    return rss


@named("line_loss", "The squares are missing, and the sign is turned round")
def mean_of_errors(theta, x, y):
    y_pred = theta[0] + theta[1] * x
    error = y - y_pred
    return error.mean()


@named("line_loss", "Only the first point counts")
def returns_too_soon(theta, x, y):
    total = 0
    for xi, yi in zip(x, y, strict=True):
        total += (yi - (theta[0] + theta[1] * xi)) ** 2
        mse = total / len(x)
        return mse


@named("line_loss", "Intercept and slope are exchanged")
def slope_first(theta, x, y):
    m, b = theta
    return np.average(np.power(y - (m * x + b), 2))


@said("line_loss", "value")
def difference_of_squares(theta, x, y):
    return np.mean(y**2 - (theta[0] + theta[1] * x) ** 2)


@said("line_loss", "failure")
def as_matrices(theta, x, y):
    return np.mean((x @ theta - y) ** 2)


# --- The gradient ---------------------------------------------------------------------------------


@accepted("line_gradient")
def with_minus_two(theta, x, y):
    n = float(len(x))
    d = y - (theta[1] * x + theta[0])
    return np.array([(-2 / n) * sum(d), (-2 / n) * sum(x * d)])


@accepted("line_gradient")
def by_a_complex_step(theta, x, y):
    def loss(b, w):
        return np.mean((b + w * x - y) ** 2)

    return [
        loss(theta[0] + 1e-20j, theta[1]).imag / 1e-20,
        loss(*(theta + [0, 1e-20j])).imag / 1e-20,
    ]


@named("line_gradient", "1/m in place of 2/m")
def of_half_the_loss(theta, x, y):
    X = np.column_stack((np.ones(x.size), x))
    return X.T.dot(X.dot(theta) - y) / y.size


@named("line_gradient", "The two numbers are exchanged")
def m_before_b(theta, x, y):
    b_gradient = m_gradient = 0
    N = len(x)
    for i in range(N):
        b_gradient += -(2 / N) * (y[i] - ((theta[1] * x[i]) + theta[0]))
        m_gradient += -(2 / N) * x[i] * (y[i] - ((theta[1] * x[i]) + theta[0]))
    return np.array([m_gradient, b_gradient])


@named("line_gradient", "The sign is turned round")
def downhill_already(theta, x, y):
    err = y - theta[0] - theta[1] * x
    return 2 * np.array([err.mean(), np.mean(err * x)])


@named("line_gradient", "2/m is missing")
def of_the_residuals_by_a(theta, x, y):
    A = np.stack([np.ones_like(x), x], axis=1)
    return (A @ theta - y) @ A


@named("line_gradient", "Only the last point counts")
def overwritten(theta, x, y):
    db = dw = 0
    for xi, yi in zip(x, y, strict=True):
        r = theta[0] + theta[1] * xi - yi
        db = 2 * r / len(x)
        dw = 2 * r * xi / len(x)
    return np.array([db, dw])


@said("line_gradient", "shape")
def as_a_column(theta, x, y):
    X = np.hstack([np.ones((len(x), 1)), x.reshape(-1, 1)])
    return 2 / len(x) * X.T @ (X @ theta.reshape(-1, 1) - y.reshape(-1, 1))


# --- The check by differences ---------------------------------------------------------------------


def quartic(theta, x, y):
    return np.average((y - theta[0] - theta[1] * x) ** 4)


@accepted("gradient_by_differences")
def with_a_dictionary_of_shifts(theta, x, y, h):
    losses = {(i, s): quartic(theta + s * h * np.eye(2)[i], x, y) for i in (0, 1) for s in (-1, 1)}
    return tuple((losses[i, 1] - losses[i, -1]) / (2 * h) for i in (0, 1))


@accepted("gradient_by_differences")
def as_assignments_check_gradients(theta, x, y, h):
    grad = np.zeros_like(theta)
    it = np.nditer(theta, flags=["multi_index"])
    while not it.finished:
        ix = it.multi_index
        oldval = theta[ix]
        theta[ix] = oldval + h
        fxph = quartic(theta, x, y)
        theta[ix] = oldval - h
        fxmh = quartic(theta, x, y)
        theta[ix] = oldval
        grad[ix] = (fxph - fxmh) / (2 * h)
        it.iternext()
    return grad


@named("gradient_by_differences", "The derivatives at the place itself, without h")
def with_an_epsilon_of_its_own(theta, x, y, h):
    eps = 1e-6
    return np.array(
        [
            (quartic(theta + d, x, y) - quartic(theta - d, x, y)) / (2 * eps)
            for d in ([eps, 0], [0, eps])
        ]
    )


@named("gradient_by_differences", "The intercept is left h behind where it was")
def in_place_and_not_put_back(theta, x, y, h):
    p = np.array(theta)
    out = []
    for k in range(len(p)):
        p[k] += h
        f1 = quartic(p, x, y)
        p[k] -= 2 * h
        out.append((f1 - quartic(p, x, y)) / (2 * h))
    return out


@named("gradient_by_differences", "Only one side")
def of_the_definition(theta, x, y, h):
    f = quartic(theta, x, y)
    return [(quartic(theta + step, x, y) - f) / h for step in np.diag([h, h])]


@named("gradient_by_differences", "Both derivatives are 0")
def without_a_copy(theta, x, y, h):
    slopes = []
    for k in range(2):
        plus = theta
        minus = theta
        plus[k] = plus[k] + h
        minus[k] = minus[k] - h
        slopes.append((quartic(plus, x, y) - quartic(minus, x, y)) / (2 * h))
    return np.array(slopes)


@named("gradient_by_differences", "Divided by 2, and multiplied by h")
def without_brackets(theta, x, y, h):
    e0, e1 = np.array([h, 0]), np.array([0, h])
    g0 = (quartic(theta + e0, x, y) - quartic(theta - e0, x, y)) / 2 * h
    g1 = (quartic(theta + e1, x, y) - quartic(theta - e1, x, y)) / 2 * h
    return np.array([g0, g1])


# --- A second round -------------------------------------------------------------------------------


@named("line_loss", "A root too many")
def root_mean_square(theta, x, y):
    return (sum((y - (theta[0] + theta[1] * x)) ** 2) / len(y)) ** 0.5


@named("line_gradient", "The sum in place of the mean")
def of_the_sum_of_squares(theta, x, y):
    return np.array(
        [
            -2 * np.sum(y - theta[0] - theta[1] * x),
            -2 * np.sum((y - theta[0] - theta[1] * x) * x),
        ]
    )


@named("line_gradient", "The product of two means, not the mean of the products")
def with_a_mean_too_early(theta, x, y):
    r = np.mean(theta[0] + theta[1] * x - y)
    return np.array([2 * r, 2 * r * np.mean(x)])


@named("line_gradient", "The slope's number alone")
def of_a_line_through_the_mind(theta, x, y):
    return np.mean(2 * (theta[0] + theta[1] * x - y) * x)


@said("line_loss", "value")
def a_sum_of_absolute_misses(theta, x, y):
    return np.abs(theta[0] + theta[1] * x - y).sum()
