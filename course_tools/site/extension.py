"""What Sphinx and myst-nb leave out: anchors, links between notebooks, and parts that answer."""

from __future__ import annotations

import re
from typing import Any

from docutils import nodes  # type: ignore[import-untyped]
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment
from sphinx.transforms import SphinxTransform

from course_tools.site.mathematics import Formula, write
from course_tools.site.pages import site_of
from course_tools.site.settings import read_settings

CELL = re.compile(r"<!-- cell: ([\w-]+) -->")
SITE = site_of(read_settings())
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
    """Give headings the anchors that JupyterLab gives them, and cells their ids."""

    default_priority = 800

    def apply(self, **kwargs: Any) -> None:
        """Change the tree of a page."""
        used: set[str] = set()
        for section in self.document.findall(nodes.section):
            slug = section[0].astext().strip().replace(" ", "-")
            section["ids"] = [] if slug in used else [slug]
            used.add(slug)
        for mark in list(self.document.findall(nodes.raw)):
            found = CELL.fullmatch(mark.astext().strip())
            if found:
                self.place(mark, found[1])

    def place(self, mark: nodes.raw, name: str) -> None:
        """Give a cell's id to what follows its mark."""
        following = mark.next_node(descend=False, siblings=True, ascend=True)
        mark.parent.remove(mark)
        following["ids"].append(name)


class Links(SphinxTransform):
    """Lead links between files of the project to the pages of the site."""

    default_priority = 801

    def apply(self, **kwargs: Any) -> None:
        """Change the tree of a page."""
        source = SITE.by_name[self.env.docname].source
        for link in list(self.document.findall(nodes.reference)):
            if "refuri" in link:
                lead = SITE.lead(link["refuri"], source)
                if lead:
                    link["refuri"] = lead
                else:
                    link.replace_self(link.children)


class Parts(SphinxTransform):
    """Mark explorers and predictions for the page's script."""

    default_priority = 802

    def apply(self, **kwargs: Any) -> None:
        """Change the tree of a page."""
        for cell in self.document.findall(nodes.container):
            if cell.get("nb_element") == "cell_code":
                cell["ids"].append(cell["cell_metadata"]["id"])
                attributes = cell["cell_metadata"]["parts"]
                if attributes:
                    name = "live-page" if "data-live" in attributes else "prediction-page"
                    output = cell.children[-1]
                    inner = output.children
                    output.children = []
                    output.append(Part("", *inner, attributes=attributes, classes=[name]))


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


def setup(app: Sphinx) -> dict[str, Any]:
    """Tell Sphinx what is here."""
    app.add_node(Part, html=(visit_part, depart_part))
    app.add_transform(Anchors)
    app.add_transform(Links)
    app.add_transform(Parts)
    app.add_transform(Formulas)
    app.connect("env-updated", write_formulas)
    app.add_html_math_renderer("written", (visit_formula, None), (visit_formula, None))
    return {"parallel_read_safe": True, "parallel_write_safe": True}
