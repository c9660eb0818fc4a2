"""The explorer of lesson 6 as it is."""

from sliders.shared import LINE

from lessons_lib import explorers

explorers.race(LINE)
