"""As learners usually write it: every move draws the whole figure anew."""

import matplotlib.pyplot as plt
from ipywidgets import FloatLogSlider, interact
from sliders.shared import LINE, METHODS, STEPS, percent_left, runs

from lessons_lib import figures
from lessons_lib.figures.style import BLUE, LINE_STYLES, MARKERS, RED


@interact(
    method=list(METHODS),
    lr=FloatLogSlider(0.01, min=-2, max=1, step=0.1),
    beta=(0.0, 0.99, 0.01),
    step=(0, STEPS),
)
def race(method="the recipe", lr=0.01, beta=0.9, step=STEPS):
    _, (left, right) = plt.subplots(1, 2, figsize=(9, 4))
    figures.landscape(left, LINE, LINE.theta0)
    looks = [("gradient descent", BLUE), ("with memory", RED)]
    for theta, (name, colour) in zip(runs(method, lr, beta, step), looks, strict=True):
        figures.path(left, theta, label=name, colour=colour)
        right.semilogy(percent_left(theta), LINE_STYLES[colour], color=colour)
        right.plot(step, percent_left(theta)[-1], MARKERS[colour], color=colour)
    left.set(title="The paths", xlabel="intercept", ylabel="slope")
    left.legend(loc="upper left", fontsize=8)
    right.axhline(1, color="grey", linestyle=":")
    right.set(title="The race", xlabel="step", ylabel="distance left, in percent")
    right.set(xlim=(0, STEPS), ylim=(1e-3, 1e3))
    plt.show()
