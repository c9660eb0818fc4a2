"""The explorers of the lessons: the runs behind each, its figure, and what a learner may move."""

from lessons_lib.explorers.averages import averages
from lessons_lib.explorers.descent import descent
from lessons_lib.explorers.dialects import dialects
from lessons_lib.explorers.directions import directions
from lessons_lib.explorers.landscapes import landscapes
from lessons_lib.explorers.line import line_and_loss
from lessons_lib.explorers.looking_ahead import looking_ahead
from lessons_lib.explorers.noise import noise
from lessons_lib.explorers.race import race
from lessons_lib.explorers.settings import settings_map
from lessons_lib.explorers.springs import springs, valley_of_springs
from lessons_lib.explorers.step_size import step_size
from lessons_lib.explorers.turning_valley import turning_valley
from lessons_lib.explorers.two_heroes import two_heroes
from lessons_lib.explorers.valley import valley

__all__ = [
    "averages",
    "descent",
    "dialects",
    "directions",
    "landscapes",
    "line_and_loss",
    "looking_ahead",
    "noise",
    "race",
    "settings_map",
    "springs",
    "step_size",
    "turning_valley",
    "two_heroes",
    "valley",
    "valley_of_springs",
]
