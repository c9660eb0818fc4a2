"""The figures of the lessons, and the words that describe them."""

from lessons_lib.figures.description import describe
from lessons_lib.figures.drawings import (
    curves,
    heat_map,
    landscape,
    line_and_loss,
    lines_on_data,
    panel,
    panels,
    path,
    paths_on_contours,
    pictures,
)
from lessons_lib.figures.figure import Figure

__all__ = [
    "Figure",
    "curves",
    "describe",
    "heat_map",
    "landscape",
    "line_and_loss",
    "lines_on_data",
    "panel",
    "panels",
    "path",
    "paths_on_contours",
    "pictures",
]
