"""What names of files and folders say: whether it is a notebook, of which assignment, a copy.

Browsers, JupyterLab, systems and people change the names of what they save. Two names are the same
here if they differ in capitals, in spaces or hyphens for underscores, or in the marks of a copy.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Iterator
from fnmatch import translate
from functools import lru_cache

from course_tools.notebooks.course import EXERCISE, SOLUTION

NOTEBOOK = re.compile(r"\.ipynb(?P<copy> ?\(\d+\))?(?:\.(?:txt|json))?$", re.IGNORECASE)
"""How a notebook's name ends, also where a system has hidden that and added its own ending."""

COPY = re.compile(
    r"""(?: \s*\((?P<browser>\d{1,3})\)               # 06_momentum (1)
          | [\s_-]*(?:copy|kopie)\W*(?P<copy>\d{0,3})  # 06_momentum-Copy1, 06_momentum - Copy
          | -(?P<again>\d{1,3})                        # 06_momentum-2, as Canvas counts
          | \.new-version(?:-(?P<desk>\d{1,3}))?       # what a course that has changed puts beside
        )$""",
    re.IGNORECASE | re.VERBOSE,
)
"""What stands at the end of a copy's name."""

SYSTEMS = (
    ".DS_Store", "._*", "__MACOSX", ".Spotlight-*", ".Trash*", ".fseventsd", ".localized",
    "Thumbs.db", "desktop.ini", "$RECYCLE.BIN", "~$*", ".~*", ".ipynb_checkpoints", "__pycache__",
    ".git", ".gitignore", ".directory", "@eaDir", "lost+found",
)  # fmt: skip
"""Names that systems and editors put beside what people save."""

SYSTEMS_OWN = re.compile("|".join(map(translate, SYSTEMS)))


def is_notebook(name: str) -> bool:
    """Whether a file calls itself a notebook."""
    return NOTEBOOK.search(name) is not None


def is_zip(name: str) -> bool:
    """Whether a file calls itself a zip."""
    return name.casefold().endswith(".zip")


def is_systems(name: str) -> bool:
    """Whether nobody has put this there by hand."""
    return SYSTEMS_OWN.match(name) is not None


def stem_of(name: str) -> str:
    """Return a file's name without its ending."""
    ending = NOTEBOOK.search(name)
    if ending:
        return name[: ending.start()] + (ending["copy"] or "")
    return name[:-4] if is_zip(name) else name


def plain(name: str) -> str:
    """Return what two names have in common that say the same."""
    return re.sub(r"[\s-]+", "_", unicodedata.normalize("NFKC", name).casefold().strip())


def without_marks(stem: str) -> Iterator[tuple[str, int]]:
    """Give a name as it is, then without one mark of a copy after the other; and the last number.

    The number is 0 where there is no mark, and 1 for a mark without a number.
    """
    number = 0
    yield stem, number
    while (mark := COPY.search(stem)) and mark.start():
        counts = [int(count) for count in mark.groups() if count]
        number = number or max(counts, default=1)
        stem = stem[: mark.start()]
        yield stem, number


def assignment_of(name: str, known: Collection[str]) -> tuple[str, int] | None:
    """Tell from the name of a file or folder which assignment it is for.

    Parameters
    ----------
    name : str
        Its name, as `exercise_06_momentum (1).ipynb`.
    known : collection of str
        Every assignment there is.

    Returns
    -------
    tuple of str and int, or None
        The assignment, and the number of the copy: 0 if it is called as it should be. None if the
        name says no assignment, or several.
    """
    forms, words = forms_of(tuple(known))
    for stem, number in without_marks(stem_of(name)):
        if plain(stem) in forms:
            return forms[plain(stem)], number
    said = {each for each, word in words.items() if word.search(plain(stem_of(name)))}
    return (said.pop(), 1) if len(said) == 1 else None


@lru_cache
def forms_of(known: tuple[str, ...]) -> tuple[dict[str, str], dict[str, re.Pattern[str]]]:
    """Return the plain names that assignments have, and how each is found as a word in others."""
    forms = {
        plain(form): each for each in known for form in (each, EXERCISE + each, SOLUTION + each)
    }
    apart = r"(?<![a-z0-9]){}(?![a-z0-9])"
    return forms, {each: re.compile(apart.format(re.escape(plain(each)))) for each in known}
