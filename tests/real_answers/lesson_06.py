"""Answers to the tasks of lesson 6, as people write them."""

import itertools
import math
from collections import deque
from functools import reduce

import numpy as np

from real_answers import accepted, named, said

# --- One step -------------------------------------------------------------------------------------


@accepted("momentum_step")
def one_matrix_for_everything(theta, velocity, gradient, learning_rate, beta):
    M = np.array(
        [
            [1, -learning_rate * beta, -learning_rate * (1 - beta)],
            [0, beta, 1 - beta],
        ]
    )
    return M @ np.vstack([theta, velocity, gradient])


@accepted("momentum_step")
def with_a_helper(theta, velocity, gradient, learning_rate, beta):
    def ema(old, new):
        return new + beta * (old - new)

    return (theta - learning_rate * (v := ema(velocity, gradient))), v


@named("momentum_step", "The velocity holds moves downhill, 1 - β is missing")
def of_a_lecture_on_images(w, v, dw, learning_rate, mu):
    v = mu * v - learning_rate * dw  # integrate velocity
    w += v  # integrate position
    return w, v


@named("momentum_step", "The factor 1 - β is missing")
def as_buffers_in_place(param, buf, grad, lr, momentum):
    buf *= momentum
    buf += grad
    param -= lr * buf
    return param, buf


@named("momentum_step", "The learning rate is in the velocity, 1 - β is missing")
def of_the_article(theta, update_vector, gradient, eta, gamma):
    v_t = np.add(np.multiply(gamma, update_vector), np.multiply(eta, gradient))
    return np.subtract(theta, v_t), v_t


@named("momentum_step", "The velocity points downhill")
def as_a_gradient_package_does(x, velocity, g, step_size, mass):
    velocity = mass * velocity - (1.0 - mass) * g
    return x + step_size * velocity, velocity


@named("momentum_step", "The whole velocity is divided by 1 - β")
def debiased_like_adam(theta, m, g, lr, beta1, t=1):
    m = beta1 * m + (1 - beta1) * g
    m_hat = m / (1 - beta1**t)
    return theta - lr * m_hat, m_hat


@named("momentum_step", "The step is divided by 1 - β")
def debiased_for_the_step_alone(theta, m, g, lr, beta1):
    t = 1
    m = beta1 * m + (1 - beta1) * g
    return theta - lr * (m / (1 - beta1**t)), m


@named("momentum_step", "The old velocity is returned")
def another_name(theta, velocity, gradient, learning_rate, beta):
    new_velocity = beta * velocity + (1 - beta) * gradient
    theta = theta - learning_rate * new_velocity
    return theta, velocity


@named("momentum_step", "Both answers are there, in the other order")
def velocity_first(theta, velocity, gradient, learning_rate, beta):
    state = {}
    state["v"] = beta * velocity + (1 - beta) * gradient
    state["theta"] = theta - learning_rate * state["v"]
    return tuple(state.values())


@named("momentum_step", "β weighs the gradient, and 1 - β the velocity")
def smoothing_factor_alpha(theta, velocity, gradient, learning_rate, beta):
    alpha = beta
    velocity += alpha * (gradient - velocity)
    return theta - learning_rate * velocity, velocity


@said("momentum_step", "changed")
def smooth_in_place(theta, velocity, gradient, learning_rate, beta):
    velocity += (1 - beta) * (gradient - velocity)
    return theta - learning_rate * velocity, velocity


@said("momentum_step", "value")
def rms_comes_in(theta, velocity, gradient, learning_rate, beta):
    velocity = beta * velocity + (1 - beta) * gradient**2
    return theta - learning_rate * gradient / np.sqrt(velocity + 1e-8), velocity


@accepted("momentum_step")
def in_single_precision(theta, velocity, gradient, learning_rate, beta):
    theta, velocity, gradient = np.float32([theta, velocity, gradient])
    velocity = np.float32(beta) * velocity + np.float32(1 - beta) * gradient
    return theta - np.float32(learning_rate) * velocity, velocity


@named("momentum_step", "The factor 1 - β is missing")
def polyak_with_two_places(theta, velocity, gradient, learning_rate, beta):
    before = theta + learning_rate * velocity
    after = theta - learning_rate * gradient + beta * (theta - before)
    return after, (theta - after) / learning_rate


@named("momentum_step", "The step is divided by 1 - β")
def tuned_to_the_heavy_ball(theta, velocity, gradient, learning_rate, beta):
    velocity = beta * velocity + (1 - beta) * gradient
    effective = learning_rate / (1 - beta)
    return theta - effective * velocity, velocity


@said("momentum_step", "type")
def lazy(theta, velocity, gradient, learning_rate, beta):
    velocity = [beta * v + (1 - beta) * g for v, g in zip(velocity, gradient, strict=True)]
    return map(lambda t, v: t - learning_rate * v, theta, velocity), velocity


@said("momentum_step", "changed")
def copied_too_late(theta, velocity, gradient, learning_rate, beta):
    velocity = beta * velocity + (1 - beta) * gradient
    theta -= learning_rate * velocity
    return theta.copy(), velocity


@said("momentum_step", "value")
def one_bracket_less(theta, velocity, gradient, learning_rate, beta):
    velocity = beta * velocity + (1 - beta) * gradient
    return theta - learning_rate * beta * velocity + (1 - beta) * gradient, velocity


@named("momentum_step", "The last move in place of the velocity")
def last_move_as_velocity(theta, velocity, gradient, learning_rate, beta):
    after = theta - learning_rate * (beta * velocity + (1 - beta) * gradient)
    return after, after - theta


@named("momentum_step", "A step of gradient descent, without a velocity")
def plain_descent(theta, velocity, gradient, learning_rate, beta):
    return theta - learning_rate * gradient, gradient


# --- The run --------------------------------------------------------------------------------------


@accepted("momentum_run")
def with_accumulate(theta, velocity, x, y, learning_rate, beta, n_iterations):
    m = x.size

    def step(state, _):
        (b, w), v = state
        e = b + w * x - y
        v = beta * v + (1 - beta) * np.array([2 * e.sum() / m, 2 * e @ x / m])
        return (b, w) - learning_rate * v, v

    states = itertools.accumulate(range(n_iterations), step, initial=(theta, velocity))
    return np.stack([place for place, _ in states])


@accepted("momentum_run")
def as_a_class(theta, velocity, x, y, learning_rate, beta, n_iterations):
    class Ball:
        def __init__(self):
            self.b, self.w = theta
            self.vb, self.vw = velocity

        def roll(self):
            residuals = [self.b + self.w * xi - yi for xi, yi in zip(x, y, strict=True)]
            gb = 2 * math.fsum(residuals) / len(residuals)
            gw = 2 * math.fsum(r * xi for r, xi in zip(residuals, x, strict=True)) / len(x)
            self.vb, self.vw = (
                beta * v + (1 - beta) * g for v, g in ((self.vb, gb), (self.vw, gw))
            )
            self.b -= learning_rate * self.vb
            self.w -= learning_rate * self.vw

    ball, log = Ball(), [tuple(theta)]
    for _ in range(n_iterations):
        ball.roll()
        log.append((ball.b, ball.w))
    return log


@accepted("momentum_run")
def from_the_normal_equations(theta, velocity, x, y, learning_rate, beta, n_iterations):
    X = np.vander(x, 2, increasing=True)
    H, c = 2 * X.T @ X / len(x), 2 * X.T @ y / len(x)
    path = np.empty((n_iterations + 1, 2))
    path[0] = theta
    for before, after in itertools.pairwise(range(n_iterations + 1)):
        velocity = beta * velocity + (1 - beta) * (H @ path[before] - c)
        path[after] = path[before] - learning_rate * velocity
    return path


@named("momentum_run", "The velocity holds moves downhill, 1 - β is missing")
def lecture_in_a_loop(theta, velocity, x, y, learning_rate, beta, n_iterations):
    X = np.column_stack((np.ones(len(x)), x))
    weights, history = theta.copy(), [theta.copy()]
    for _ in range(n_iterations):
        dW = (2.0 / X.shape[0]) * X.T.dot(X.dot(weights) - y)
        velocity = beta * velocity - learning_rate * dW
        weights += velocity
        history.append(weights.copy())
    return np.array(history)


@named("momentum_run", "The learning rate is in the velocity, 1 - β is missing")
def separate_letters(theta, velocity, x, y, learning_rate, beta, n_iterations):
    a, b = theta
    va, vb = velocity
    rows = [[a, b]]
    for _ in range(n_iterations):
        da = 2 * np.mean(a + b * x - y)
        db = 2 * np.mean((a + b * x - y) * x)
        va, vb = beta * va + learning_rate * da, beta * vb + learning_rate * db
        a, b = a - va, b - vb
        rows.append([a, b])
    return np.array(rows)


@named("momentum_run", "The gradient comes in with the other sign")
def residuals_turned_round(theta, velocity, x, y, learning_rate, beta, n_iterations):
    history = [theta]
    for _ in range(n_iterations):
        error = y - (theta[0] + theta[1] * x)
        grad = 2 * np.array([error.mean(), (error * x).mean()])
        velocity = beta * velocity + (1 - beta) * grad
        theta = theta - learning_rate * velocity
        history.append(theta)
    return np.array(history)


@named("momentum_run", "The run starts from rest, whatever velocity it is given")
def step_two_of_the_recipe(theta, velocity, x, y, learning_rate, beta, n_iterations):
    velocity = 0
    history = [theta]
    for _ in range(n_iterations):
        r = np.polyval(theta[::-1], x) - y
        velocity = beta * velocity + (1 - beta) * 2 * np.array([np.mean(r), np.mean(r * x)])
        theta = theta - learning_rate * velocity
        history += [theta]
    return np.asarray(history)


@named("momentum_run", "Every row is the last place, and theta has moved there")
def minus_equals(theta, velocity, x, y, learning_rate, beta, n_iterations):
    X = np.c_[np.ones_like(x), x]
    places = [theta]
    for _ in range(n_iterations):
        velocity = beta * velocity + (1 - beta) * 2 / len(y) * X.T @ (X @ theta - y)
        theta -= learning_rate * velocity
        places.append(theta)
    return np.array(places)


@named("momentum_run", "It ends after the first step")
def return_too_deep(theta, velocity, x, y, learning_rate, beta, n_iterations):
    X = np.c_[np.ones_like(x), x]
    places = [theta]
    for _ in range(n_iterations):
        velocity = beta * velocity + (1 - beta) * 2 / len(y) * X.T @ (X @ theta - y)
        theta = theta - learning_rate * velocity
        places.append(theta)
        return np.array(places)
    return None


@named("momentum_run", "The gradient is taken ahead, and v holds moves downhill")
def with_a_look_ahead(theta, velocity, x, y, learning_rate, beta, n_iterations):
    X = np.stack([np.ones_like(x), x], axis=-1)
    trail = deque([theta])
    for _ in range(n_iterations):
        ahead = theta + beta * velocity
        velocity = beta * velocity - learning_rate * 2 * X.T @ (X @ ahead - y) / len(y)
        theta = theta + velocity
        trail.append(theta)
    return np.array(trail)


@named("momentum_run", "Nesterov's step, as PyTorch takes it")
def as_a_library_does(theta, velocity, x, y, learning_rate, beta, n_iterations):
    p, buf, trail = theta, velocity, [theta]
    for _ in range(n_iterations):
        d_p = 2 * np.mean((p[0] + p[1] * x - y) * np.array([np.ones_like(x), x]), axis=1)
        buf = beta * buf + d_p
        d_p = d_p + beta * buf
        p = p - learning_rate * d_p
        trail.append(p)
    return np.array(trail)


@named("momentum_run", "The bias is corrected, as for an average from zero")
def first_half_of_adam(theta, velocity, x, y, learning_rate, beta, n_iterations):
    places = [theta]
    for t in range(n_iterations):
        e = theta @ [np.ones_like(x), x] - y
        g = np.array([2 * np.average(e), 2 * np.average(e * x)])
        velocity = beta * velocity + (1 - beta) * g
        places.append(theta := theta - learning_rate * velocity / (1 - beta ** (t + 1)))
    return np.array(places)


@named("momentum_run", "1/m in place of 2/m in the gradient")
def half_of_it(theta, velocity, x, y, learning_rate, beta, n_iterations):
    X = np.c_[np.ones(len(x)), x]
    return np.array(
        reduce(
            lambda h, _: [
                *h,
                (
                    h[-1][0]
                    - learning_rate
                    * (v := beta * h[-1][1] + (1 - beta) / len(x) * X.T @ (X @ h[-1][0] - y)),
                    v,
                ),
            ],
            range(n_iterations),
            [(theta, velocity)],
        )
    )[:, 0]


@said("momentum_run", "value")
def half_and_keras(theta, velocity, x, y, learning_rate, beta, n_iterations):
    X = np.c_[np.ones(len(x)), x]
    h = [theta]
    for _ in range(n_iterations):
        velocity = beta * velocity - learning_rate / len(x) * X.T @ (X @ h[-1] - y)
        h.append(h[-1] + velocity)
    return np.array(h)


@said("momentum_run", "failure")
def forgotten_column(theta, velocity, x, y, learning_rate, beta, n_iterations):
    history = [theta]
    for _ in range(n_iterations):
        velocity = beta * velocity + (1 - beta) * 2 * x.T @ (x @ theta - y) / len(x)
        theta = theta - learning_rate * velocity
        history.append(theta)
    return np.array(history)


@accepted("momentum_run")
def gradient_by_differences(theta, velocity, x, y, learning_rate, beta, n_iterations):
    def loss(a, b):
        return np.mean((a + b * x - y) ** 2)

    h, rows = 0.5, [theta]
    for _ in range(n_iterations):
        a, b = rows[-1]
        g = np.array(
            [
                (loss(a + h, b) - loss(a - h, b)) / (2 * h),
                (loss(a, b + h) - loss(a, b - h)) / (2 * h),
            ]
        )
        velocity = beta * velocity + (1 - beta) * g
        rows.append(rows[-1] - learning_rate * velocity)
    return np.array(rows)


@named("momentum_run", "The last place is missing in the history")
def kept_before_each_step(theta, velocity, x, y, learning_rate, beta, n_iterations):
    X = np.array([[1.0, each] for each in x])
    history = []
    for _ in range(n_iterations):
        history.append(theta)
        gradient = 2 * X.T @ (X @ theta - y) / len(X)
        velocity = beta * velocity + (1 - beta) * gradient
        theta = theta - learning_rate * velocity
    return np.array(history)


@named("momentum_run", "θ moves before the velocity does")
def both_in_one_line(theta, velocity, x, y, learning_rate, beta, n_iterations):
    X = np.array([[1.0, each] for each in x])
    rows = [theta]
    for _ in range(n_iterations):
        g = 2 * X.T @ (X @ theta - y) / len(X)
        theta, velocity = theta - learning_rate * velocity, beta * velocity + (1 - beta) * g
        rows.append(theta)
    return np.array(rows)


@named("momentum_run", "The sum in place of the mean in the gradient")
def all_points_added(theta, velocity, x, y, learning_rate, beta, n_iterations):
    rows = [theta]
    for _ in range(n_iterations):
        da = db = 0.0
        for xi, yi in zip(x, y, strict=True):
            e = rows[-1][0] + rows[-1][1] * xi - yi
            da += 2 * e
            db += 2 * e * xi
        velocity = beta * velocity + (1 - beta) * np.array([da, db])
        rows.append(rows[-1] - learning_rate * velocity)
    return np.array(rows)


@named("momentum_run", "The learning rate is in the velocity")
def averaged_updates(theta, velocity, x, y, learning_rate, beta, n_iterations):
    X = np.array([[1.0, each] for each in x])
    rows = [theta]
    for _ in range(n_iterations):
        update = learning_rate * 2 * X.T @ (X @ theta - y) / len(X)
        velocity = beta * velocity + (1 - beta) * update
        theta = theta - velocity
        rows.append(theta)
    return np.array(rows)


@named("momentum_run", "The start is there twice, and the last place is missing")
def start_twice(theta, velocity, x, y, learning_rate, beta, n_iterations):
    X = np.array([[1.0, each] for each in x])
    history = [theta]
    for _ in range(n_iterations):
        history.append(theta)
        velocity = beta * velocity + (1 - beta) * 2 * X.T @ (X @ theta - y) / len(X)
        theta = theta - learning_rate * velocity
    return np.array(history)


@said("momentum_run", "shape")
def losses_alone(theta, velocity, x, y, learning_rate, beta, n_iterations):
    X = np.array([[1.0, each] for each in x])
    losses = [np.mean((X @ theta - y) ** 2)]
    for _ in range(n_iterations):
        velocity = beta * velocity + (1 - beta) * 2 * X.T @ (X @ theta - y) / len(X)
        theta = theta - learning_rate * velocity
        losses.append(np.mean((X @ theta - y) ** 2))
    return np.array(losses)


@said("momentum_run", "shape")
def until_it_converges(theta, velocity, x, y, learning_rate, beta, n_iterations):
    X = np.array([[1.0, each] for each in x])
    history = [theta]
    for _ in range(n_iterations):
        velocity = beta * velocity + (1 - beta) * 2 * X.T @ (X @ theta - y) / len(X)
        history.append(history[-1] - learning_rate * velocity)
        theta = history[-1]
        if np.linalg.norm(history[-1] - history[-2]) < 1e-8:
            break
    return np.array(history)


@said("momentum_run", "failure")
def another_cell_is_missing(theta, velocity, x, y, learning_rate, beta, n_iterations):
    history = [theta]
    for _ in range(n_iterations):
        theta, velocity = my_step(theta, velocity, x, y, learning_rate, beta)  # noqa: F821
        history.append(theta)
    return np.array(history)


# --- The end of a run -----------------------------------------------------------------------------


@accepted("steps_until_calm")
def with_next(history, gradients, tolerance):
    moves = itertools.starmap(math.dist, itertools.pairwise(history))
    pairs = zip(moves, gradients[1:], strict=True)
    return next(
        (k for k, (move, g) in enumerate(pairs, 1) if max(move, math.hypot(*g)) <= tolerance), -1
    )


@accepted("steps_until_calm")
def with_complex_numbers(history, gradients, tolerance):
    z, g = (table @ np.array([1, 1j]) for table in (history, gradients))
    calm = (abs(np.ediff1d(z)) <= tolerance) * (abs(g[1:]) <= tolerance)
    (steps,) = np.nonzero(calm)
    return int(steps.min()) + 1 if steps.size else -1


@named("steps_until_calm", "The search gives up after its first step")
def an_else_too_deep(history, gradients, tolerance):
    for k, g in enumerate(gradients[1:], start=1):
        if np.linalg.norm(g) <= tolerance and math.dist(history[k], history[k - 1]) <= tolerance:
            return k
        return -1
    return None


@named("steps_until_calm", "The gradient before the move, not after it")
def zipped_from_the_top(history, gradients, tolerance):
    steps = zip(np.diff(history, axis=0), gradients, strict=False)
    for k, (move, g) in enumerate(steps, start=1):
        if np.hypot(*move) <= tolerance and np.hypot(*g) <= tolerance:
            return k
    return -1


@named("steps_until_calm", "The last calm step, not the first of them")
def no_break(history, gradients, tolerance):
    answer = -1
    for k in range(1, len(history)):
        if (
            np.linalg.norm(gradients[k]) <= tolerance
            and np.linalg.norm(history[k] - history[k - 1]) <= tolerance
        ):
            answer = k
    return answer


@named("steps_until_calm", "Each coordinate by itself in place of the length")
def with_allclose(history, gradients, tolerance):
    for k in range(1, len(history)):
        still = np.allclose(history[k], history[k - 1], rtol=0, atol=tolerance)
        if still and np.allclose(gradients[k], 0, rtol=0, atol=tolerance):
            return k
    return -1


@named("steps_until_calm", "Off by one, and 0 for a run that never calms down")
def argmax_alone(history, gradients, tolerance):
    g = np.sqrt(np.einsum("ij,ij->i", gradients[1:], gradients[1:]))
    m = np.sqrt(np.square(np.diff(history.T)).sum(0))
    return np.argmax(np.maximum(g, m) <= tolerance)


@said("steps_until_calm", "failure")
def ambiguous_truth(history, gradients, tolerance):
    for k in range(1, len(history)):
        if abs(gradients[k]) <= tolerance and abs(history[k] - history[k - 1]) <= tolerance:
            return k
    return -1


@accepted("steps_until_calm")
def with_continue(history, gradients, tolerance):
    for k in range(1, len(history)):
        if np.linalg.norm(gradients[k]) > tolerance:
            continue
        if np.linalg.norm(history[k] - history[k - 1]) > tolerance:
            continue
        return k
    return -1


@named("steps_until_calm", "Off by one")
def counted_from_zero(history, gradients, tolerance):
    for k in range(len(history) - 1):
        move = np.linalg.norm(history[k + 1] - history[k])
        if move <= tolerance and np.linalg.norm(gradients[k + 1]) <= tolerance:
            return k
    return -1


@named("steps_until_calm", "Shorter than the tolerance, where “no longer” is asked")
def below(history, gradients, tolerance):
    moves = [math.dist(a, b) for a, b in itertools.pairwise(history)]
    slopes = [math.hypot(a, b) for a, b in gradients]
    calm = [m < tolerance and g < tolerance for m, g in zip(moves, slopes[1:], strict=True)]
    return calm.index(True) + 1 if True in calm else -1


@named("steps_until_calm", "One of the two is enough")
def not_both_long(history, gradients, tolerance):
    for k in range(1, len(history)):
        long_move = np.linalg.norm(history[k] - history[k - 1]) > tolerance
        long_gradient = np.linalg.norm(gradients[k]) > tolerance
        if not (long_move and long_gradient):
            return k
    return -1


@said("steps_until_calm", "failure")
def first_of_none(history, gradients, tolerance):
    moves = np.linalg.norm(np.diff(history, axis=0), axis=1)
    calm = (moves <= tolerance) & (np.linalg.norm(gradients[1:], axis=1) <= tolerance)
    return np.where(calm)[0][0] + 1


@said("steps_until_calm", "value")
def relative(history, gradients, tolerance):
    for k in range(1, len(history)):
        short = np.linalg.norm(gradients[k]) <= tolerance
        move = np.linalg.norm(history[k] - history[k - 1])
        if short and move <= tolerance * np.linalg.norm(history[k]):
            return k
    return -1
