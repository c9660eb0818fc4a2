"""Read cells: their code, their prose, the names, links and pictures in them."""

from __future__ import annotations

import ast
import io
import re
import tokenize
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, cached_property
from html.parser import HTMLParser
from pathlib import Path

from IPython.core.inputtransformer2 import TransformerManager
from nbformat import NotebookNode

from course_tools.files import show
from course_tools.notebooks.stored import PLAIN, code_cells, from_bytes


@dataclass(frozen=True)
class Notebook:
    """A stored notebook.

    Parameters
    ----------
    path : Path
        Where it is stored.
    content : bytes
        The file.
    """

    path: Path
    content: bytes

    @classmethod
    def read(cls, path: Path) -> Notebook:
        """Read the file at a path."""
        return cls(path, path.read_bytes())

    @cached_property
    def nb(self) -> NotebookNode:
        """The notebook that the file holds."""
        return from_bytes(self.content, self.path)

    @property
    def is_lesson(self) -> bool:
        """Whether it is a lesson; otherwise it is a solution."""
        return self.path.resolve().parent.name == "notebooks"

    @property
    def by_id(self) -> dict[str, NotebookNode]:
        """The cells by their ids, in order."""
        return {cell.id: cell for cell in self.nb.cells}

    @property
    def code(self) -> list[NotebookNode]:
        """The cells that run."""
        return code_cells(self.nb)

    @property
    def prose(self) -> list[NotebookNode]:
        """The cells that are read."""
        return [cell for cell in self.nb.cells if cell.cell_type == "markdown"]

    def says(self, cell: NotebookNode, found: str) -> str:
        """Begin a sentence with the notebook and the cell."""
        return f"{show(self.path)}, cell {cell.get('id', '')!r}: {found}"


def outputs(notebook: Notebook) -> Iterator[tuple[NotebookNode, NotebookNode]]:
    """Every output, with its cell."""
    for cell in notebook.code:
        for output in cell.outputs:
            yield cell, output


def nodes(notebook: Notebook) -> Iterator[tuple[NotebookNode, ast.AST]]:
    """Every node of every cell's syntax tree, with its cell."""
    for cell in notebook.code:
        for node in ast.walk(parsed(cell.source) or ast.Module([], [])):
            yield cell, node


@cache
def python(source: str) -> str:
    """Translate IPython's own language into Python."""
    try:
        return str(TransformerManager().transform_cell(source))  # type: ignore[no-untyped-call]
    except SyntaxError:
        return source


@cache
def parsed(source: str) -> ast.Module | None:
    """Parse a cell; None if it is not valid."""
    try:
        return ast.parse(python(source))
    except (SyntaxError, ValueError):
        return None


def tokens(source: str) -> list[tokenize.TokenInfo]:
    """Split a cell into tokens; none if it is not valid."""
    if parsed(source) is None:
        return []
    return list(tokenize.generate_tokens(io.StringIO(python(source)).readline))


def comments_in(source: str) -> list[str]:
    """Comments of a cell."""
    return [token.string for token in tokens(source) if token.type == tokenize.COMMENT]


def names_in(node: ast.AST) -> set[str]:
    """Names that a node reads, calls, passes or imports."""
    if isinstance(node, ast.Name):
        return {node.id}
    if isinstance(node, ast.Attribute):
        return {node.attr}
    if isinstance(node, ast.keyword) and node.arg:
        return {node.arg}
    if isinstance(node, ast.alias):
        return {node.name}
    return set()


def imported(node: ast.AST) -> list[str]:
    """Modules that a statement imports, and what it takes from them, by their full names."""
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    if isinstance(node, ast.ImportFrom):
        return [str(node.module), *(f"{node.module}.{alias.name}" for alias in node.names)]
    return []


def lines_of_code(source: str) -> int:
    """Count the lines of a cell that are neither blank, comment nor docstring."""
    tree = parsed(source)
    documented = docstring_lines(tree) if tree else set()
    return sum(
        bool(line.strip()) and not line.strip().startswith("#") and number not in documented
        for number, line in enumerate(python(source).splitlines(), start=1)
    )


def docstring_lines(tree: ast.Module) -> set[int]:
    """Numbers of the lines that docstrings take."""
    lines: set[int] = set()
    for node in ast.walk(tree):
        if isinstance(node, (ast.FunctionDef, ast.ClassDef)) and ast.get_docstring(node):
            first = node.body[0]
            lines.update(range(first.lineno, (first.end_lineno or first.lineno) + 1))
    return lines


def texts_of(output: NotebookNode) -> Iterator[str]:
    """Everything in an output that can be read, without embedded pictures."""
    if output.output_type == "stream":
        yield output.text
    for kind, content in output.get("data", {}).items():
        if kind.startswith("text/"):
            yield re.sub(r"data:[\w/+-]+;base64,[\w/+=\s]*", "", content)


def without_code(source: str, *, in_place: str = " ") -> str:
    """Markdown without its code, and with something else in the place of each piece."""
    return re.sub(r"```.*?```|`[^`]*`", in_place, source, flags=re.DOTALL)


def prose_of(source: str, *, in_place: str = " ") -> str:
    """Markdown without code, mathematics and the targets of links."""
    text = without_code(source, in_place=in_place)
    text = re.sub(r"\$\$.*?\$\$|\$[^$]*\$", in_place, text, flags=re.DOTALL)
    return re.sub(r"\]\([^)]*\)", "]", text)


FOLDED = re.compile(r"<details>\s*<summary>(.*?)</summary>\n(.*?)</details>\n*", re.DOTALL)
"""Something folded in Markdown: what stands on it, and what is in it."""


def without_folds(source: str) -> str:
    """Markdown as it stands when it is opened: of what is folded, its title alone."""
    return FOLDED.sub(r"<summary>\1</summary>\n", source)


def targets_in(source: str) -> list[str]:
    """Targets of all links and pictures in Markdown."""
    text = without_code(source)
    found = re.findall(r"\]\(\s*<?([^)\s>]+)", text)
    found += re.findall(r"^\s*\[[^\]]+\]:\s*(\S+)", text, flags=re.MULTILINE)
    return found + re.findall(r"\b(?:href|src)=[\"']([^\"']+)[\"']", text)


def anchors_of(nb: NotebookNode) -> set[str]:
    """Anchors that headings of a notebook have, in JupyterLab's spelling and in that of pages."""
    text = "\n".join(cell.source for cell in nb.cells if cell.cell_type == "markdown")
    headings = re.findall(r"^#+ +(.+?) *$", text, flags=re.MULTILINE)
    lab = {heading.replace(" ", "-") for heading in headings}
    pages = {re.sub(r"[^\w-]", "", anchor.lower()) for anchor in lab}
    return lab | pages | set(re.findall(r"\bid=[\"']([^\"']+)[\"']", text))


def images_in(html: str, *, embedded: bool = True) -> list[dict[str, str]]:
    """Source and alternative text of the pictures in HTML; by default of embedded ones only."""
    found: list[dict[str, str]] = []

    class Images(HTMLParser):
        def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
            given = {name: value or "" for name, value in attrs}
            if tag == "img" and (not embedded or given.get("src", "").startswith("data:")):
                found.append({"src": given.get("src", ""), "alt": given.get("alt", "")})

    Images().feed(html)
    return found


def is_given_by_hand(name: str) -> bool:
    """Whether an id is words and small numbers joined by hyphens, not what an editor draws."""
    words = re.fullmatch(r"[a-z]+\d{0,2}(-([a-z]+\d{0,2}|\d{1,3}))*", name)
    return bool(words) and 2 <= len(name) <= 64 and not re.fullmatch(r"[0-9a-f]{8}", name)


def words_of(output: NotebookNode) -> str:
    """Return what an output says in words: not the HTML, which says it once more."""
    return str(output.get("text", "") or output.get("data", {}).get(PLAIN, ""))


def printed(cell: NotebookNode) -> str:
    """Return what a cell prints, or says of what it shows."""
    return "".join(words_of(output) for output in cell.get("outputs", []))
