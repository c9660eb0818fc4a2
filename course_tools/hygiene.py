"""What a stored notebook must not contain, because it would not be compared, or not be kind.

Each rule is a function that takes a notebook and yields a sentence for each problem: the notebook,
the cell, what was found there, and what to write instead. Most rules exist because of something
that nbval 0.11 does not compare or cannot run; the rest keep the lessons readable.
"""

from __future__ import annotations

import ast
import io
import re
import tokenize
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache, cached_property
from html.parser import HTMLParser
from itertools import zip_longest
from pathlib import Path
from urllib.parse import unquote

from IPython.core.inputtransformer2 import TransformerManager
from nbformat import NotebookNode

from course_tools.refresh import (
    HTML,
    PLAIN,
    PNG,
    WIDGET_STATE,
    WIDGET_VIEW,
    code_cells,
    from_bytes,
    is_empty,
    normalise,
    show,
    to_bytes,
)

LONGEST_CELL = 12
"""Lines of code that a learner can hold in mind."""


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

    @cached_property
    def nb(self) -> NotebookNode:
        """The notebook that the file holds."""
        return from_bytes(self.content, self.path)

    @property
    def is_lesson(self) -> bool:
        """Whether it is a lesson; otherwise it is a solution."""
        return self.path.resolve().parent.name == "notebooks"

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


Rule = Callable[[Notebook], Iterator[str]]


def problems(path: Path) -> list[str]:
    """Apply every rule to a notebook.

    Parameters
    ----------
    path : Path
        A lesson or a solution.

    Returns
    -------
    list of str
        A sentence for each problem.

    Raises
    ------
    RefreshError
        If the file is not a notebook.
    """
    notebook = Notebook(path, path.read_bytes())
    return [problem for rule in RULES for problem in rule(notebook)]


# --- What is stored -----------------------------------------------------------------------------


def file_name(notebook: Notebook) -> Iterator[str]:
    """Refuse a name that does not give the place in the course."""
    stem = notebook.path.stem
    if not re.fullmatch(r"\d\d_[a-z0-9]+(_[a-z0-9]+)*", stem):
        yield (
            f"{show(notebook.path)}: the file name is not of the form NN_slug.ipynb. "
            "Name it like 02_gradient_descent.ipynb."
        )
    elif not notebook.is_lesson and notebook.path.resolve().parent.name != stem:
        yield (
            f"{show(notebook.path)}: a solution stands in a folder of its own name. "
            f"Move it to solutions/{stem}/{stem}.ipynb."
        )


def cell_ids(notebook: Notebook) -> Iterator[str]:
    """Refuse ids drawn by an editor: a failing cell is named by what it holds."""
    ids = [str(cell.get("id", "")) for cell in notebook.nb.cells]
    taken = Counter(ids)
    for cell, name in zip(notebook.nb.cells, ids, strict=True):
        advice = f"Run `python -m course_tools name-cell {show(notebook.path)} '{name}' NEW`."
        if not is_given_by_hand(name):
            yield notebook.says(
                cell,
                "the id was not given by hand. Give it two to 64 characters of lower-case words "
                f"joined by hyphens that say what the cell holds, like plot-valley. {advice}",
            )
        elif taken[name] > 1:
            yield notebook.says(cell, f"{taken[name]} cells have this id. {advice}")


def is_given_by_hand(name: str) -> bool:
    """Whether an id is words and small numbers joined by hyphens, not what an editor draws."""
    words = re.fullmatch(r"[a-z]+\d{0,2}(-([a-z]+\d{0,2}|\d{1,3}))*", name)
    return bool(words) and 2 <= len(name) <= 64 and not re.fullmatch(r"[0-9a-f]{8}", name)


def execution_counts(notebook: Notebook) -> Iterator[str]:
    """Refuse cells that never ran or ran out of order: nbval leaves the former out."""
    for expected, cell in enumerate(notebook.code, start=1):
        if cell.execution_count != expected:
            yield notebook.says(
                cell,
                f"the execution count is {cell.execution_count}, not {expected}. "
                "Run `make refresh`, which runs all cells in order.",
            )


def empty_cells(notebook: Notebook) -> Iterator[str]:
    """Refuse empty cells, which look as if something was missing."""
    for cell in notebook.nb.cells:
        if is_empty(cell):
            yield notebook.says(cell, "the cell is empty. Delete it, or run `make refresh`.")


def widget_state(notebook: Notebook) -> Iterator[str]:
    """Refuse the state of widgets, which holds random ids and megabytes."""
    if WIDGET_STATE in notebook.nb.metadata:
        yield (
            f"{show(notebook.path)}: the state of widgets is stored in the metadata. "
            "Run `make refresh`, which leaves it out."
        )


def widget_views(notebook: Notebook) -> Iterator[str]:
    """Refuse links to live widgets, which lead nowhere without their kernel."""
    for cell, output in outputs(notebook):
        if WIDGET_VIEW in output.get("data", {}):
            yield notebook.says(
                cell,
                "a link to a live widget is stored. Run `make refresh`, which keeps the widget's "
                "picture and its words instead.",
            )


def normal_form(notebook: Notebook) -> Iterator[str]:
    """Refuse what `make refresh` did not write, so that every difference means something."""
    if any(problem for rule in MENDED_BY_REFRESH for problem in rule(notebook)):
        return  # said already, in better words
    stored = notebook.content.decode().split("\n")
    refreshed = to_bytes(normalise(notebook.nb)).decode().split("\n")
    for number, (line, wanted) in enumerate(zip_longest(stored, refreshed), start=1):
        if line != wanted:
            found = "the file ends" if line is None else f"it says {line.strip()[:60]!r}"
            yield (
                f"{show(notebook.path)}, line {number}: {found}, which is not what "
                "`make refresh` writes. Run it."
            )
            return


MENDED_BY_REFRESH = (execution_counts, empty_cells, widget_state, widget_views)


# --- What is run --------------------------------------------------------------------------------


def syntax(notebook: Notebook) -> Iterator[str]:
    """Refuse what is not Python, which the other rules could not read."""
    for cell in notebook.code:
        if parsed(cell.source) is None:
            yield notebook.says(cell, "the code is not valid Python. Correct it.")


def magics(notebook: Notebook) -> Iterator[str]:
    """Refuse magics, which print times and paths, hide outputs and change how figures show."""
    for cell, node in nodes(notebook):
        if isinstance(node, ast.Name) and node.id == "get_ipython":
            yield notebook.says(
                cell,
                "IPython's own language (%magic, !command, name?) is used. Write plain Python: "
                "figures of lessons_lib show without %matplotlib, which would remove their words.",
            )


def live_outputs(notebook: Notebook) -> Iterator[str]:
    """Refuse outputs that change after their cell has ended, which nbval cannot follow."""
    for cell, node in nodes(notebook):
        for name in names_in(node) & LIVE_OUTPUTS:
            yield notebook.says(
                cell,
                f"{name} is used, whose output nbval cannot follow. Use an explorer of "
                "lessons_lib, or a figure for each setting.",
            )


LIVE_OUTPUTS = {
    "Output",
    "clear_output",
    "display_id",
    "interact",
    "interact_manual",
    "interactive",
    "interactive_output",
    "update_display",
}


def history(notebook: Notebook) -> Iterator[str]:
    """Refuse IPython's history, which does not exist while nbval runs a notebook."""
    for cell, node in nodes(notebook):
        name = node.id if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load) else ""
        if re.fullmatch(r"In|Out|_+|_i*\d*|_[io]h|_dh", name):
            yield notebook.says(
                cell, f"{name} is read from IPython's history. Give the value a name."
            )


def pyplot(notebook: Notebook) -> Iterator[str]:
    """Refuse pyplot, whose figures show without words and so are compared by nothing."""
    for cell, node in nodes(notebook):
        modules = imported(node)
        if any(name in ("matplotlib.pyplot", "pylab", "matplotlib.pylab") for name in modules):
            yield notebook.says(
                cell,
                "pyplot is imported, whose figures carry no words. Draw with lessons_lib.figures "
                "and end the cell with the figure.",
            )


def silencing(notebook: Notebook) -> Iterator[str]:
    """Refuse a last semicolon, which hides a value from the learner and not from nbval."""
    for cell in notebook.code:
        significant = [token for token in tokens(cell.source) if token.type not in LAYOUT]
        if significant and significant[-1].string == ";":
            yield notebook.says(
                cell,
                "it ends with a semicolon, which does not silence it under nbval. "
                "Give the value a name: _ = …",
            )


LAYOUT = {
    tokenize.COMMENT,
    tokenize.NL,
    tokenize.NEWLINE,
    tokenize.INDENT,
    tokenize.DEDENT,
    tokenize.ENDMARKER,
}


def markers(notebook: Notebook) -> Iterator[str]:
    """Refuse whatever leaves a cell out of the comparison."""
    for cell in notebook.code:
        comments = " ".join(comments_in(cell.source))
        tags = [str(tag) for tag in cell.metadata.get("tags", [])]
        found = re.findall(r"NBVAL\w*|PYTEST_VALIDATE\w*", comments)
        found += [tag for tag in tags if re.match(r"nbval-|raises-exception|pytest-validate", tag)]
        for marker in found:
            yield notebook.says(
                cell,
                f"{marker} leaves the cell out of the comparison. Remove it and make the output "
                "the same in every run; to show an error, catch it and print its message.",
            )


def long_cells(notebook: Notebook) -> Iterator[str]:
    """Refuse lessons' cells that do more than one thing."""
    for cell in notebook.code if notebook.is_lesson else []:
        lines = lines_of_code(cell.source)
        if lines > LONGEST_CELL:
            yield notebook.says(
                cell,
                f"it has {lines} lines of code; {LONGEST_CELL} are enough for one thought. "
                "Split it, or move what only draws to lessons_lib.figures.",
            )


# --- What is shown ------------------------------------------------------------------------------


def failures(notebook: Notebook) -> Iterator[str]:
    """Refuse errors and warnings, of which a learner cannot know whether they are meant."""
    for cell, output in outputs(notebook):
        if output.output_type == "error":
            yield notebook.says(
                cell,
                f"it ends with {output.ename}: {output.evalue}. To show an error, catch it and "
                "print its message.",
            )
        elif output.get("name") == "stderr":
            yield notebook.says(
                cell,
                f"it warns: {output.text.strip()[:80]!r}. Remove the cause of the warning.",
            )


def pictures(notebook: Notebook) -> Iterator[str]:
    """Refuse pictures without words, which nbval compares instead, or with other words."""
    for cell, output in outputs(notebook):
        fault = fault_of_picture(output)
        if fault:
            yield notebook.says(
                cell, f"{fault}. End the cell with a figure of lessons_lib.figures, which has both."
            )


def fault_of_picture(output: NotebookNode) -> str:
    """Say what a picture lacks, or nothing."""
    data = output.get("data", {})
    embedded = images_in(data.get(HTML, ""))
    if "image/jpeg" in data or (embedded and PNG not in data):
        return "a picture is stored that is not compared in any form"
    if PNG not in data:
        return ""
    words = data.get(PLAIN, "")
    if not words or re.match(r"<.*>$", words):
        return "a picture has no words that describe it"
    alt = output.metadata.get(PNG, {}).get("alt")
    if any(seen != words for seen in (alt, *(image["alt"] for image in embedded))) or not embedded:
        return "the words of a picture are not its alternative text"
    if any(not image["src"].endswith(data[PNG].strip()) for image in embedded):
        return "the HTML shows another picture than the one that is stored"
    return ""


def traces(notebook: Notebook) -> Iterator[str]:
    """Refuse outputs that differ between machines or moments."""
    for cell, output in outputs(notebook):
        for text in texts_of(output):
            for kind, pattern in TRACES.items():
                match = pattern.search(text)
                if match:
                    yield notebook.says(
                        cell,
                        f"the output contains {kind}, {match[0].strip()!r}. Print what a learner "
                        "needs to see instead, which is the same everywhere.",
                    )


TRACES = {
    "a memory address": re.compile(r"\b0x[0-9a-fA-F]{8,}\b"),
    "an absolute path": re.compile(
        r"(?<![\w.<)\]/:])/[A-Za-z][\w.+-]*/[\w.+-]+|\b[A-Za-z]:\\[\w.]+"
    ),
    "a time": re.compile(
        r"\b\d{4}-\d\d-\d\d[T ]\d\d:\d\d|\b\d\d:\d\d:\d\d\b|\b(CPU times|Wall time): |± .* per loop"
    ),
}


# --- What is read -------------------------------------------------------------------------------


def belittling(notebook: Notebook) -> Iterator[str]:
    """Refuse words that make light of what is hard for the learner."""
    read = [(cell, prose_of(cell.source)) for cell in notebook.prose]
    read += [(cell, " ".join(comments_in(cell.source))) for cell in notebook.code]
    for cell, text in read:
        for word in re.findall(r"\b(simply|just|obviously)\b", text, re.IGNORECASE):
            yield notebook.says(cell, f"the word {word!r} helps nobody. Leave it out, or say why.")


def links(notebook: Notebook) -> Iterator[str]:
    """Refuse links within the course that lead nowhere."""
    for cell in notebook.prose:
        for target in targets_in(cell.source):
            fault = fault_of_link(target, notebook)
            if fault:
                yield notebook.says(cell, f"the link to {target} {fault}")


def fault_of_link(target: str, notebook: Notebook) -> str:
    """Say what is wrong with a link, or nothing."""
    if re.match(r"[A-Za-z][\w+.-]*:|//", target):
        return ""  # elsewhere on the web, or an attachment
    if target.startswith("/"):
        return "begins at the root of a machine. Write it from the notebook's folder."
    name, _, anchor = unquote(target).partition("#")
    path = notebook.path.parent / name if name else notebook.path
    if not path.exists():
        return f"leads to no file. Correct it from {show(path.parent)}."
    if anchor and path.suffix == ".ipynb":
        nb = notebook.nb if not name else from_bytes(path.read_bytes(), path)
        if anchor not in anchors_of(nb):
            return (
                f"leads to no heading of {show(path)}. Write the heading with hyphens for spaces."
            )
    return ""


def alternative_texts(notebook: Notebook) -> Iterator[str]:
    """Refuse pictures between the paragraphs without words for those who cannot see them."""
    for cell in notebook.prose:
        text = without_code(cell.source)
        images = [image["alt"] for image in images_in(text, embedded=False)]
        if "" in [alt.strip() for alt in [*images, *re.findall(r"!\[(.*?)\]\(", text)]]:
            yield notebook.says(
                cell, "a picture has no alternative text. Write ![what it shows](…)."
            )


# --- Reading cells ------------------------------------------------------------------------------


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


def without_code(source: str) -> str:
    """Markdown without its code."""
    return re.sub(r"```.*?```|`[^`]*`", " ", source, flags=re.DOTALL)


def prose_of(source: str) -> str:
    """Markdown without code, mathematics and the targets of links."""
    text = re.sub(r"\$\$.*?\$\$|\$[^$]*\$", " ", without_code(source), flags=re.DOTALL)
    return re.sub(r"\]\([^)]*\)", "]", text)


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


RULES: tuple[Rule, ...] = (
    file_name,
    cell_ids,
    execution_counts,
    empty_cells,
    widget_state,
    widget_views,
    normal_form,
    syntax,
    magics,
    live_outputs,
    history,
    pyplot,
    silencing,
    markers,
    long_cells,
    failures,
    pictures,
    traces,
    belittling,
    links,
    alternative_texts,
)
