"""Where the notebook of a page can be run: in this browser, and at services that run notebooks."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator
from typing import NamedTuple
from urllib.parse import quote, urlsplit

from course_tools.files import MY_COURSE
from course_tools.site.pages import Page
from course_tools.site.settings import Settings

FIRST_CELL = """\
%pip install -q anywidget
%pip install -q --no-deps git+{repository}@{branch}
from google.colab import output

output.enable_custom_widget_manager()"""
"""What has to run first in Colab, which brings all else that the lessons need."""


class Launch(NamedTuple):
    """A link that opens a notebook where it can be run.

    Attributes
    ----------
    name, link : str
        What it is called, and where it leads.
    says : str
        What to expect.
    """

    name: str
    link: str
    says: str


def launches(page: Page, settings: Settings, *, lite: bool) -> Iterator[Launch]:
    """Give the links that open a page's notebook."""
    if not page.is_notebook:
        return
    if lite:
        top = posixpath.relpath("lite", posixpath.dirname(page.name) or ".")
        link = f"{top}/index.html?path={quote(page.source)}"
        yield Launch(
            "Run it in your browser", link, "says first what is loaded, and how long it takes"
        )
    if settings.repository:
        yield from services(page, settings)


def services(page: Page, settings: Settings) -> Iterator[Launch]:
    """Give the links to services that need the course's public address."""
    repository, branch = settings.repository.rstrip("/"), quote(settings.branch, safe="")
    where = urlsplit(repository)
    own = quote(f"lab/tree/{MY_COURSE}/{page.source}", safe="")
    if where.netloc == "github.com":
        binder = f"https://mybinder.org/v2/gh{where.path}/{branch}?urlpath={own}"
        colab = f"https://colab.research.google.com/github{where.path}/blob/{branch}/{page.source}"
        yield Launch("Binder", binder, "takes some minutes to start, and forgets your work")
        yield Launch("Colab", colab, "asks for an account")
        yield Launch("Codespaces", f"https://codespaces.new{where.path}", "asks for an account")
    else:
        address = quote(repository, safe="")
        binder = f"https://mybinder.org/v2/git/{address}/{branch}?urlpath={own}"
        yield Launch("Binder", binder, "takes some minutes to start, and forgets your work")


def first_cell(settings: Settings) -> str:
    """Return what has to run first in Colab; nothing where Colab is not offered."""
    if urlsplit(settings.repository).netloc != "github.com":
        return ""
    return FIRST_CELL.format(repository=settings.repository.rstrip("/"), branch=settings.branch)
