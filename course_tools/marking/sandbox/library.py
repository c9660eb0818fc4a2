"""Which parts of the course's library are inside when an exercise is marked.

Exercises ask for functions of the same mathematics: whoever could call the library's there would
have nothing to write. So what computes is inside only where the instructor's own notebook imports
it. What draws, and what checks, is always there.
"""

from __future__ import annotations

import ast
from functools import cache

NEEDS: dict[str, tuple[str, ...]] = {
    "adaptive": ("optimizers",),
    "explorers": ("adaptive", "optimizers", "problems", "theory"),
    "optimizers": (),
    "problems": (),
    "theory": (),
}
"""Modules of `lessons_lib` that compute, and which of these each of them imports."""


@cache
def opened_by(setup: str) -> tuple[str, ...]:
    """Name the modules in ``NEEDS`` that an assignment may use.

    Parameters
    ----------
    setup : str
        Python: the imports of the instructor's notebook, solution cells apart.
    """
    named = {word for name in imported(setup) for word in name.split(".")[1:2]} & NEEDS.keys()
    return tuple(sorted(named.union(*(NEEDS[name] for name in named))))


def imported(source: str) -> set[str]:
    """Name whatever of the library Python imports, with what it takes from there."""
    names = set[str]()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        if isinstance(node, ast.ImportFrom) and node.module and not node.level:
            names |= {f"{node.module}.{alias.name}" for alias in node.names}
    return {name for name in names if name.startswith("lessons_lib.")}
