"""The explorer of lesson 6, but without a table: the kernel computes what moves."""

from dataclasses import replace

from sliders.shared import LINE, percent_left, runs

from lessons_lib import explorers
from lessons_lib.live import Live, Readout

scene = explorers.race(LINE).scene


def compute(method, lr, beta, step):
    alone, racing = runs(method, lr, beta)
    left = [percent_left(alone), percent_left(racing)]
    lines = [*alone.T, *racing.T, left[0], left[0], left[1], left[1]]
    return dict(zip(names, lines, strict=True)) | {"alone": left[0][step], "racing": left[1][step]}


paths, curves = scene.moving[:2], scene.moving[2:]
names = ["alone x", "alone y", "racing x", "racing y", "curve", "head", "other curve", "other head"]
# What is computed cannot be dragged
moving = [
    replace(path, x=names[2 * k], y=names[2 * k + 1], drag="") for k, path in enumerate(paths)
]
moving += [replace(curve, y=names[4 + k], drag="") for k, curve in enumerate(curves)]
Live(
    scene.figure,
    scene.controls,
    moving,
    words=scene.words,
    readouts={"alone": Readout("alone"), "racing": Readout("racing")},
    goal=scene.goal,
    compute=compute,
)
