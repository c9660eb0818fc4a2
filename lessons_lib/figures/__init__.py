"""The figures of the lessons, and the words that describe them."""

from lessons_lib.figures.drawings import (
    curves,
    line_and_loss,
    lines_on_data,
    panel,
    panels,
    paths_on_contours,
)
from lessons_lib.figures.figure import Figure
from lessons_lib.figures.words import describe

__all__ = [
    "Figure",
    "curves",
    "describe",
    "line_and_loss",
    "lines_on_data",
    "panel",
    "panels",
    "paths_on_contours",
]
