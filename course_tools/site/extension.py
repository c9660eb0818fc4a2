"""What Sphinx and myst-nb leave out: anchors, links between notebooks, and parts that answer."""

from __future__ import annotations

import os
import posixpath
import re
from pathlib import PurePosixPath
from typing import Any

from docutils import nodes  # type: ignore[import-untyped]
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment
from sphinx.transforms import SphinxTransform

from course_tools.notebooks.course import EXERCISE, slug_of
from course_tools.rules.terms import GLOSSARY
from course_tools.site.launch import first_cell, launches
from course_tools.site.mathematics import Formula, write
from course_tools.site.pages import Page, site_of
from course_tools.site.policy import POLICY
from course_tools.site.settings import read_settings
from course_tools.site.tips import TermLink, anchor_rows, depart_term, mark_terms, visit_term

CELL = re.compile(r"<!-- cell: ([\w-]+) -->")
SETTINGS = read_settings()
SITE = site_of(SETTINGS)
TITLES: dict[str, str] = {}
"""What the pages are called, once all are read."""

WRITTEN: dict[Formula, str] = {}
"""The formulas as HTML, once all pages are read; those who write pages inherit it."""


class Part(nodes.General, nodes.Element):  # type: ignore[misc]
    """An output to which the page's script gives life: a div with attributes of its own."""


def visit_part(self: Any, node: Part) -> None:
    """Open it."""
    self.body.append(self.starttag(node, "div", **node["attributes"]))


def depart_part(self: Any, node: Part) -> None:
    """Close it."""
    self.body.append("</div>\n")


class Anchors(SphinxTransform):
    """Give headings the anchors that JupyterLab gives them, and cells their ids.

    Pages of Markdown get those that their links use: small letters, and no other signs.
    """

    default_priority = 800

    def apply(self, **kwargs: Any) -> None:
        """Change the tree of a page."""
        page = SITE.by_name[self.env.docname]
        used: set[str] = set()
        for section in self.document.findall(nodes.section):
            slug = section[0].astext().strip().replace(" ", "-")
            if not page.is_notebook:
                slug = re.sub(r"[^\w-]", "", slug.lower())
            if slug not in used:
                # docutils escapes the first, which its links take, and none after it.
                plain, exact = slug.replace('"', ""), slug.replace('"', "&quot;")
                section["ids"] = list(dict.fromkeys([plain, exact]))
            used.add(slug)
        for mark in list(self.document.findall(nodes.raw)):
            if found := CELL.fullmatch(mark.astext().strip()):
                place(mark, found[1])
        if page.source.endswith(GLOSSARY):
            anchor_rows(self.document)


def place(mark: Any, name: str) -> None:
    """Give a cell's id to what follows its mark."""
    following = mark.next_node(descend=False, siblings=True, ascend=True)
    mark.parent.remove(mark)
    if isinstance(following, (nodes.raw, nodes.table)):  # which show none of their own, or twice
        anchor = nodes.container(ids=[name])
        following.parent.insert(following.parent.index(following), anchor)
    else:
        following["ids"].append(name)


class Links(SphinxTransform):
    """Lead links between files of the project to the pages of the site."""

    default_priority = 801

    def apply(self, **kwargs: Any) -> None:
        """Change the tree of a page."""
        page = SITE.by_name[self.env.docname]
        for link in list(self.document.findall(nodes.reference)):
            if "refuri" in link:
                link["refuri"] = SITE.lead(link["refuri"], page.source)
                if not link["refuri"]:
                    link.parent.replace(link, link.children)
        glossary = SITE.lead(f"/notebooks/{GLOSSARY}", page.source)
        mark_terms(self.document, page, glossary)


class Parts(SphinxTransform):
    """Mark explorers and predictions for the page's script."""

    default_priority = 802

    def apply(self, **kwargs: Any) -> None:
        """Change the tree of a page."""
        for cell in self.document.findall(nodes.container):
            if cell.get("nb_element") == "cell_code":
                cell["ids"].append(cell["cell_metadata"]["id"])
                if attributes := cell["cell_metadata"]["parts"]:
                    wrap_output(cell.children[-1], attributes)


def wrap_output(output: Any, attributes: dict[str, str]) -> None:
    """Put what a cell shows into a part of the page that a script brings to life."""
    name = "live-page" if "data-live" in attributes else "prediction-page"
    inner, output.children = output.children, []
    output.append(Part("", *inner, attributes=attributes, classes=[name]))


class Pictures(SphinxTransform):
    """Let a browser fetch a picture when a reader comes near it: a lesson is read from its top."""

    default_priority = 804

    def apply(self, **kwargs: Any) -> None:
        """Change the tree of a page."""
        for picture in self.document.findall(nodes.image):
            picture["loading"] = "lazy"


class Formulas(SphinxTransform):
    """Note the formulas of a page, which are written together when all pages are read."""

    default_priority = 803

    def apply(self, **kwargs: Any) -> None:
        """Note them."""
        found = [formula_of(node) for node in self.document.findall(is_formula)]
        self.env.metadata[self.env.docname]["formulas"] = found


def is_formula(node: nodes.Node) -> bool:
    """Whether a node of the tree is a formula."""
    return isinstance(node, (nodes.math, nodes.math_block))


def formula_of(node: nodes.Node) -> Formula:
    """Return the formula in a node of the tree."""
    return Formula(node.astext().strip(), isinstance(node, nodes.math_block))


def write_formulas(app: Sphinx, env: BuildEnvironment) -> None:
    """Write the formulas of all pages at once."""
    noted = [env.metadata[name].get("formulas", []) for name in env.all_docs]
    WRITTEN.update(write({formula for each in noted for formula in each}))


def visit_formula(self: Any, node: nodes.Element) -> None:
    """Put a written formula into a page."""
    tag = "div" if isinstance(node, nodes.math_block) else "span"
    start = self.starttag(node, tag, "", CLASS="math")
    self.body.append(f"{start}{WRITTEN[formula_of(node)]}</{tag}>")
    raise nodes.SkipNode


def add_launches(app: Sphinx, name: str, template: str, context: dict[str, Any], _: Any) -> None:
    """Tell the template of a page what it has to know."""
    page = SITE.by_name.get(name)
    if tree := context.get("furo_navigation_tree"):  # whose titles are headings of no level
        context["furo_navigation_tree"] = tree.replace(
            'role="heading"', 'role="heading" aria-level="2"'
        )
    context["content_policy"] = POLICY
    sheets = context["css_files"]  # myst-nb's own look is replaced by the course's
    context["css_files"] = [each for each in sheets if "mystnb" not in str(each.filename)]
    if page is None:
        return
    lite = bool(os.environ.get("COURSE_LITE"))
    context["lite"] = lite
    context["launches"] = list(launches(page, SETTINGS, lite=lite))
    context["first_cell"] = first_cell(SETTINGS) if page.is_notebook else ""
    context["is_exercise"] = page.is_notebook and page.part == "exercises"
    context["notebook"] = posixpath.basename(page.source)
    context["prev"], context["next"] = neighbours(page, context)


def neighbours(page: Page, context: dict[str, Any]) -> list[Any]:
    """Return what is read before a page and after it.

    Exercises and solutions stand beside their lesson: before the exercise comes the lesson, before
    the solution the exercise, and after both the next lesson.
    """
    if page.part not in ("exercises", "solutions") or not page.is_notebook:
        return [context["prev"], context["next"]]
    slug = slug_of(PurePosixPath(page.source))
    lesson = SITE.by_source[f"notebooks/{slug}.ipynb"]
    exercise = SITE.by_source[f"exercises/{slug}/{EXERCISE}{slug}.ipynb"]
    course = SITE.of("course")
    following = course[course.index(lesson) + 1 :][:1]
    before = lesson if page.part == "exercises" else exercise
    return [linked(before, page), *(linked(each, page) for each in following or [course[0]])]


def linked(target: Page, page: Page) -> dict[str, str]:
    """Return a link to a page, as the theme's template reads it."""
    return {"title": TITLES[target.name], "link": SITE.lead(f"/{target.source}", page.source)}


def note_titles(app: Sphinx, env: BuildEnvironment) -> None:
    """Note what the pages are called."""
    TITLES.update({name: title.astext() for name, title in env.titles.items()})


def setup(app: Sphinx) -> dict[str, Any]:
    """Tell Sphinx what is here."""
    app.add_node(Part, html=(visit_part, depart_part))
    app.add_transform(Anchors)
    app.add_transform(Links)
    app.add_transform(Parts)
    app.add_transform(Pictures)
    app.add_transform(Formulas)
    app.connect("env-updated", write_formulas)
    app.connect("env-updated", note_titles)
    app.connect("html-page-context", add_launches, priority=900)  # after the theme's own
    app.add_node(TermLink, html=(visit_term, depart_term))
    app.add_html_math_renderer("written", (visit_formula, None), (visit_formula, None))
    return {"parallel_read_safe": True, "parallel_write_safe": True}
