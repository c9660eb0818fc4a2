"""As the documentation of ipympl has it: one figure, and every move changes its lines' data."""

import matplotlib.pyplot as plt
from IPython import get_ipython
from ipywidgets import FloatLogSlider, interact
from sliders.shared import LINE, METHODS, STEPS, percent_left, runs

from lessons_lib import figures
from lessons_lib.figures.style import BLUE, LINE_STYLES, MARKERS, RED

get_ipython().run_line_magic("matplotlib", "widget")

figure, (left, right) = plt.subplots(1, 2, figsize=(9, 4))
figures.landscape(left, LINE, LINE.theta0)
paths, curves, heads = [], [], []
for name, colour in [("gradient descent", BLUE), ("with memory", RED)]:
    paths.append(figures.path(left, [LINE.theta0] * (STEPS + 1), label=name, colour=colour))
    curves += right.semilogy([], [], LINE_STYLES[colour], color=colour)
    heads += right.plot([], [], MARKERS[colour], color=colour)
left.set(title="The paths", xlabel="intercept", ylabel="slope")
left.legend(loc="upper left", fontsize=8)
right.axhline(1, color="grey", linestyle=":")
right.set(title="The race", xlabel="step", ylabel="distance left, in percent")
right.set(xlim=(0, STEPS), ylim=(1e-3, 1e3))


@interact(
    method=list(METHODS),
    lr=FloatLogSlider(0.01, min=-2, max=1, step=0.1),
    beta=(0.0, 0.99, 0.01),
    step=(0, STEPS),
)
def race(method="the recipe", lr=0.01, beta=0.9, step=STEPS):
    for k, theta in enumerate(runs(method, lr, beta, step)):
        paths[k].set_data(*theta.T)
        curves[k].set_data(range(step + 1), percent_left(theta))
        heads[k].set_data([step], percent_left(theta)[-1:])
    figure.canvas.draw_idle()
