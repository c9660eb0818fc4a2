"""A matplotlib figure that moves under the hand.

matplotlib paints what stands still, once. What moves are ordinary artists of the same figure.
Their data for every setting of the controls are computed beforehand, in one vectorised call, and
travel to the browser as one table of numbers. Moving a slider looks a state up there and paints
it, within one frame, whatever the kernel is doing. Where there are too many states for a table,
the kernel computes the one that is asked for.

The same Python can set the figure to any state. So the picture for print, and the words that
describe it, come from the same data as what moves.
"""

from lessons_lib.live.controls import Control, choice, slider, steps
from lessons_lib.live.parts import Goal, Moving, Readout
from lessons_lib.live.progress_bar import progress_bar
from lessons_lib.live.scene import Scene
from lessons_lib.live.widget import Live

__all__ = [
    "Control",
    "Goal",
    "Live",
    "Moving",
    "Readout",
    "Scene",
    "choice",
    "progress_bar",
    "slider",
    "steps",
]
