"""Where a learner stands, exercise by exercise."""

from __future__ import annotations

from itertools import groupby

from lessons_lib.feedback.bank import tasks
from lessons_lib.progress import ROOT, recall


def passed() -> frozenset[str]:
    """Return the names of the tasks that have passed."""
    return frozenset(recall("task"))


class Progress:
    """Which functions have passed, as a table for the start page.

    As the last value of a cell it is shown with a row for each lesson, which links to its exercise.
    """

    def _repr_mimebundle_(self, **_: object) -> dict[str, str]:
        every, done = tasks().values(), passed()
        right = sum(task.name in done for task in every)
        count = f"{right} of {len(every)} functions are right."
        rows = ["| Exercise | Right | Functions |", "|---|---|---|"]
        for lesson, group in groupby(every, key=lambda task: task.lesson):
            names = [task.name for task in group]
            marked = [f"✓ {name}" if name in done else name for name in names]
            share = f"{sum(name in done for name in names)} of {len(names)}"
            rows.append(f"| {link(lesson)} | {share} | {', '.join(marked)} |")
        return {"text/plain": count, "text/markdown": "\n".join([count, "", *rows])}


def link(lesson: int) -> str:
    """Return a link to the exercise of a lesson, as seen from the lessons' folder."""
    names = [path.name for path in (ROOT / "exercises").glob(f"{lesson:02}_*")]
    return f"[{lesson}](../exercises/{names[0]}/{names[0]}.ipynb)" if names else str(lesson)
