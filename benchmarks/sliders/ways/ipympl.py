"""As the documentation of ipympl has it: one figure, and every move changes its lines' data."""

import matplotlib.pyplot as plt
from IPython import get_ipython
from ipywidgets import FloatLogSlider, interact
from sliders.shared import LINE, METHODS, STEPS, percent_left, runs

from lessons_lib import figures

get_ipython().run_line_magic("matplotlib", "widget")

figure, (left, right) = plt.subplots(1, 2, figsize=(9, 4))
figures.landscape(left, LINE, LINE.theta0)
looks = [("gradient descent", "o-", "tab:blue"), ("with memory", "s--", "tab:red")]
paths, curves, heads = [], [], []
for name, form, colour in looks:
    paths += left.plot([], [], form, color=colour, markersize=4, label=name)
    curves += right.semilogy([], [], form[1:], color=colour)
    heads += right.plot([], [], form[0], color=colour)
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
