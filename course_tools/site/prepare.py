"""The step before Sphinx: copies of the notebooks that hold what a page needs, and no more."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from nbformat import NotebookNode

from course_tools.files import ROOT
from course_tools.notebooks.cells import Notebook
from course_tools.notebooks.stored import HTML, PLAIN, PNG, V4, to_bytes
from course_tools.site.pages import FIRST_OF_PART, START, Page, Site
from course_tools.site.settings import HERE
from course_tools.site.wording import WAY, read_words, reworded, the_way

OWN = HERE / "pages"
"""Pages of Markdown that are written for the site alone."""

MARK = "<!-- cell: {} -->\n\n"
"""Stands above the text of a cell, and tells the extension its id."""

MARKDOWN = "text/markdown"
RUN_IT = " Run this cell to choose."
"""What a question says below its choices where a cell has to be run to make buttons of them."""

EXPLORER = re.compile(r"^explorers\.\w+\(", re.MULTILINE)
PREDICTION = re.compile(r"^predict\((\d+), \"([\w-]+)\"\)$", re.MULTILINE)
CHANGES = "what_has_changed()"
TWICE = re.compile(r"^(before|after)\(\"([\w-]+)\"\)$", re.MULTILINE)


def prepare(site: Site, folder: Path, root: Path = ROOT) -> None:
    """Write what Sphinx reads.

    Parameters
    ----------
    site : Site
        Its pages.
    folder : Path
        Where to. It is made.
    root : Path
        The folder of the project.
    """
    for page in site.pages:
        target = folder / (page.name + Path(page.source).suffix)
        target.parent.mkdir(parents=True, exist_ok=True)
        if page.is_notebook:
            target.write_bytes(to_bytes(prepared(page, site, root)))
        else:
            text = file_of(page, root).read_text(encoding="utf-8")
            target.write_text(text + contents_below(page, site), encoding="utf-8")


def file_of(page: Page, root: Path) -> Path:
    """Return where a page of Markdown is written: some are for the site alone."""
    file = root / page.source
    return file if file.exists() else OWN / f"{page.part}.md"


def contents_below(page: Page, site: Site) -> str:
    """Return the contents that stand, unseen, below the first page of a part, for Sphinx."""
    if page.source == START:
        return "".join(toctree(names, title) for names, title in top_of_contents(site))
    if page.source != FIRST_OF_PART.get(page.part):
        return ""
    return toctree([each.name for each in site.of(page.part) if each != page], "")


def top_of_contents(site: Site) -> Iterator[tuple[list[str], str]]:
    """Give what stands in the contents of the whole site, with a title for each part."""
    yield [page.name for page in site.of("course") if page.source != START], "The course"
    yield [page.name for page in site.of("reference")], "To look things up"
    yield (
        [site.by_source[FIRST_OF_PART[part]].name for part in ("exercises", "solutions")],
        "To practise",
    )
    yield [site.by_source[FIRST_OF_PART["instructors"]].name], "To teach"


def toctree(names: list[str], title: str) -> str:
    """Return a part of the contents, as Sphinx reads it."""
    caption = f":caption: {title}\n" if title else ""
    lines = "\n".join(f"/{name}" for name in names)
    return f"\n\n```{{toctree}}\n:hidden:\n{caption}\n{lines}\n```\n"


def prepared(page: Page, site: Site, root: Path) -> NotebookNode:
    """Return a notebook as Sphinx reads it."""
    notebook = Notebook.read(root / page.source)
    nb = notebook.nb
    nb.cells = reworded(notebook, read_words())
    for k, cell in enumerate(nb.cells):
        if cell.id == WAY:
            names = [Path(each.source).stem for each in site.of("course")]
            nb.cells[k] = cell = V4.new_markdown_cell(the_way(names), id=WAY)
        if cell.cell_type == "markdown":
            cell.source = MARK.format(cell.id) + cell.source
        else:
            prepare_code(cell, notebook)
    if contents := contents_below(page, site):
        nb.cells.append(V4.new_markdown_cell(contents.strip(), id="contents"))
    return nb


def prepare_code(cell: NotebookNode, notebook: Notebook) -> None:
    """Keep of each output what a page shows, and say what the extension has to know."""
    parts, alt = dict(parts_of(cell, notebook)), ""
    for output in cell.outputs:
        data = output.get("data", {})
        if PNG in data:
            data.pop(HTML, None)
            alt = output.metadata.get(PNG, {}).get("alt", "") or data.get(PLAIN, "")
        if MARKDOWN in data:
            data[MARKDOWN] = data[MARKDOWN].replace(RUN_IT, "")
    cell.metadata = {
        "id": cell.id,
        "tags": list(tags_of(cell, parts)),
        "parts": parts,
        "mystnb": {"image": image(alt)} if alt else {},
    }


def tags_of(cell: NotebookNode, parts: dict[str, str]) -> Iterator[str]:
    """Give the tags by which myst-nb folds code, or leaves it out where buttons stand for it."""
    if parts and "data-live" not in parts:
        yield "remove-input"
    elif cell.metadata.get("jupyter", {}).get("source_hidden"):
        yield "hide-input"


def image(alt: str) -> dict[str, str]:
    """Return what a picture is given: its words, and whether it has several panels."""
    return {"alt": alt, "classes": "panels" if alt.startswith("Figure with ") else "panel"}


def parts_of(cell: NotebookNode, notebook: Notebook) -> Iterator[tuple[str, str]]:
    """Say which part of a page that answers to the reader comes of a cell, by its attribute."""
    if EXPLORER.search(cell.source) and any(PNG in out.get("data", {}) for out in cell.outputs):
        yield "data-live", f"{notebook.path.stem}--{cell.id}"
    if found := PREDICTION.search(cell.source):
        yield "data-prediction", f"{found[1]} {found[2]}"
    if found := TWICE.search(cell.source):
        yield f"data-{found[1]}", found[2]
    if CHANGES in cell.source.splitlines():
        yield "data-changes", notebook.path.stem
