"""A part of the course: what says where something is must not lead to what is not there."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Collection, Mapping
from typing import Any
from urllib.parse import unquote

from lessons_lib import overview
from lessons_lib.predictions import twice

LINK = re.compile(
    r"""
    (?<!!)\[(?P<words>[^\[\]]*)\]\((?P<target>[^()\s]+\.ipynb(?:\#[^\s]*?)?)\)
    | <a\ href="(?P<address>[^"]+\.ipynb(?:\#[^"]*)?)"[^>]*>(?P<said>.*?)</a>
    """,
    re.VERBOSE | re.DOTALL,
)
"""A link to a notebook, in Markdown or in HTML."""


def without_lost_links(text: str, source: str, there: Collection[str]) -> str:
    """Return a text in which a link to a notebook that is not there is no link, only its words.

    Parameters
    ----------
    text : str
        Markdown or HTML.
    source : str
        The notebook in which it stands, seen from the course: "notebooks/06_momentum.ipynb".
    there : collection of str
        The notebooks that are there, in the same form.
    """

    def kept(found: re.Match[str]) -> str:
        target = found["target"] or found["address"]
        if "://" in target:
            return found[0]
        path = posixpath.join(posixpath.dirname(source), unquote(target.partition("#")[0]))
        words: str = found["words"] or found["said"] or ""
        return found[0] if posixpath.normpath(path) in there else words

    return LINK.sub(kept, text)


def library(there: Collection[str]) -> Mapping[str, bytes]:
    """Return what those files of `lessons_lib` say that name notebooks, by their names in it.

    Parameters
    ----------
    there : collection of str
        The notebooks that are there.
    """
    known = [each for each in overview.lessons() if f"notebooks/{each.slug}.ipynb" in there]
    asked = [twice.Twice(**_without_lost_links(vars(each), there)) for each in twice.asked_twice()]
    return {
        overview.FILE.name: overview.written(known),
        f"predictions/{twice.FILE.name}": twice.written(asked, *twice.sheets()),
    }


def _without_lost_links(said: Mapping[str, Any], there: Collection[str]) -> dict[str, Any]:
    """Return a question without links that lead nowhere."""
    source = "notebooks/93_same_ten_questions.ipynb"  # it stands beside all that it leads to
    return {
        name: without_lost_links(value, source, there) if isinstance(value, str) else value
        for name, value in said.items()
    }
