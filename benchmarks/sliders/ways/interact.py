"""As learners usually write it: every move draws the whole figure anew."""

import matplotlib.pyplot as plt
from ipywidgets import FloatLogSlider, interact
from sliders.shared import LINE, METHODS, STEPS, percent_left, runs

from lessons_lib import figures


@interact(
    method=list(METHODS),
    lr=FloatLogSlider(0.01, min=-2, max=1, step=0.1),
    beta=(0.0, 0.99, 0.01),
    step=(0, STEPS),
)
def race(method="the recipe", lr=0.01, beta=0.9, step=STEPS):
    _, (left, right) = plt.subplots(1, 2, figsize=(9, 4))
    figures.landscape(left, LINE, LINE.theta0)
    looks = [("gradient descent", "o-", "tab:blue"), ("with memory", "s--", "tab:red")]
    for theta, (name, form, colour) in zip(runs(method, lr, beta, step), looks, strict=True):
        left.plot(*theta.T, form, color=colour, markersize=4, label=name)
        right.semilogy(percent_left(theta), form[1:], color=colour)
        right.plot(step, percent_left(theta)[-1], form[0], color=colour)
    left.set(title="The paths", xlabel="intercept", ylabel="slope")
    left.legend(loc="upper left", fontsize=8)
    right.axhline(1, color="grey", linestyle=":")
    right.set(title="The race", xlabel="step", ylabel="distance left, in percent")
    right.set(xlim=(0, STEPS), ylim=(1e-3, 1e3))
    plt.show()
