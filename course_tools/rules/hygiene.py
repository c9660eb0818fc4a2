"""What a stored notebook must not contain, because it would not be compared, or not be kind.

Each rule is a function that takes a notebook and yields a sentence for each problem: the notebook,
the cell, what was found there, and what to write instead. Most rules exist because of something
that nbval 0.11 does not compare or cannot run; the rest keep the lessons readable.
"""

from __future__ import annotations

import ast
import re
import tokenize
from collections import Counter
from collections.abc import Iterator
from itertools import zip_longest
from pathlib import Path
from urllib.parse import unquote

from nbformat import NotebookNode

from course_tools.files import show
from course_tools.notebooks.cells import (
    Notebook,
    anchors_of,
    comments_in,
    images_in,
    imported,
    is_given_by_hand,
    lines_of_code,
    names_in,
    nodes,
    outputs,
    parsed,
    prose_of,
    targets_in,
    texts_of,
    tokens,
    without_code,
)
from course_tools.notebooks.course import slug_of, solution_of
from course_tools.notebooks.stored import (
    HTML,
    PLAIN,
    PNG,
    WIDGET_STATE,
    WIDGET_VIEW,
    from_bytes,
    is_empty,
    normalise,
    to_bytes,
)
from course_tools.rules.registry import Rules

LONGEST_CELL = 12
"""Lines of code that a learner can hold in mind."""


RULES: Rules[Notebook] = Rules()
"""Those below, in their order."""


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
    NotebookError
        If the file is not a notebook.
    """
    return RULES.problems(Notebook.read(path))


# --- What is stored -----------------------------------------------------------------------------


@RULES.add
def file_name(notebook: Notebook) -> Iterator[str]:
    """Refuse a name that does not give the place in the course."""
    path, slug = notebook.path, slug_of(notebook.path)
    if not re.fullmatch(r"\d\d_[a-z0-9]+(_[a-z0-9]+)*", slug):
        yield (
            f"{show(path)}: the file name is not of the form NN_slug.ipynb. "
            "Name it like 02_gradient_descent.ipynb."
        )
    elif notebook.is_lesson and path.stem != slug:
        yield f"{show(path)}: this is how exercises and solutions are called. Name it {slug}.ipynb."
    elif not notebook.is_lesson and path.resolve().parts[-2:] != solution_of(path).parts[-2:]:
        yield (
            f"{show(path)}: a solution stands in its lesson's folder, and tells its tab from the "
            f"lesson's. Move it to {solution_of(path, Path()).as_posix()}."
        )


@RULES.add
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


@RULES.add
def execution_counts(notebook: Notebook) -> Iterator[str]:
    """Refuse cells that never ran or ran out of order: nbval leaves the former out."""
    for expected, cell in enumerate(notebook.code, start=1):
        if cell.execution_count != expected:
            yield notebook.says(
                cell,
                f"the execution count is {cell.execution_count}, not {expected}. "
                "Run `make refresh`, which runs all cells in order.",
            )


@RULES.add
def empty_cells(notebook: Notebook) -> Iterator[str]:
    """Refuse empty cells, which look as if something was missing."""
    for cell in notebook.nb.cells:
        if is_empty(cell):
            yield notebook.says(cell, "the cell is empty. Delete it, or run `make refresh`.")


@RULES.add
def widget_state(notebook: Notebook) -> Iterator[str]:
    """Refuse the state of widgets, which holds random ids and megabytes."""
    if WIDGET_STATE in notebook.nb.metadata:
        yield (
            f"{show(notebook.path)}: the state of widgets is stored in the metadata. "
            "Run `make refresh`, which leaves it out."
        )


@RULES.add
def widget_views(notebook: Notebook) -> Iterator[str]:
    """Refuse links to live widgets, which lead nowhere without their kernel."""
    for cell, output in outputs(notebook):
        if WIDGET_VIEW in output.get("data", {}):
            yield notebook.says(
                cell,
                "a link to a live widget is stored. Run `make refresh`, which keeps the widget's "
                "picture and its words instead.",
            )


@RULES.add
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


@RULES.add
def syntax(notebook: Notebook) -> Iterator[str]:
    """Refuse what is not Python, which the other rules could not read."""
    for cell in notebook.code:
        if parsed(cell.source) is None:
            yield notebook.says(cell, "the code is not valid Python. Correct it.")


@RULES.add
def magics(notebook: Notebook) -> Iterator[str]:
    """Refuse magics, which print times and paths, hide outputs and change how figures show."""
    for cell, node in nodes(notebook):
        if isinstance(node, ast.Name) and node.id == "get_ipython":
            yield notebook.says(
                cell,
                "IPython's own language (%magic, !command, name?) is used. Write plain Python: "
                "figures of lessons_lib show without %matplotlib, which would remove their words.",
            )


@RULES.add
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


@RULES.add
def history(notebook: Notebook) -> Iterator[str]:
    """Refuse IPython's history, which does not exist while nbval runs a notebook."""
    for cell, node in nodes(notebook):
        name = node.id if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load) else ""
        if re.fullmatch(r"In|Out|_+|_i*\d*|_[io]h|_dh", name):
            yield notebook.says(
                cell, f"{name} is read from IPython's history. Give the value a name."
            )


@RULES.add
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


@RULES.add
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


@RULES.add
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


@RULES.add
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


@RULES.add
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


@RULES.add
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


@RULES.add
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


@RULES.add
def belittling(notebook: Notebook) -> Iterator[str]:
    """Refuse words that make light of what is hard for the learner."""
    read = [(cell, prose_of(cell.source)) for cell in notebook.prose]
    read += [(cell, " ".join(comments_in(cell.source))) for cell in notebook.code]
    for cell, text in read:
        for word in re.findall(r"\b(simply|just|obviously)\b", text, re.IGNORECASE):
            yield notebook.says(cell, f"the word {word!r} helps nobody. Leave it out, or say why.")


@RULES.add
def minus_signs(notebook: Notebook) -> Iterator[str]:
    """Refuse a hyphen for a minus in prose: it is shorter, and a line may break after it."""
    for cell in notebook.prose:
        text = re.sub(r"</?[a-zA-Z][^<>]*>", " ", prose_of(cell.source, in_place="x"))
        for found in HYPHEN.finditer(text):
            around = text[max(0, found.start() - 15) : found.end() + 15].split("\n")
            yield notebook.says(
                cell,
                f"{max(around, key=len).strip()!r} has a hyphen for a minus. Write − (U+2212), or "
                "$…$ around the formula; for a pause, a comma or a colon.",
            )


HYPHEN = re.compile(
    r"(?<=[^\s>|]) -(?=\s|$)"  # 1 - β
    r"|(?:^|(?<=[\s(\[|=·/,:+≤≥≈×\"“{-])|(?<=[\s(]\*)|(?<=[\s(]\*\*))"  # before …
    r"-(?=[\w√(])"  # … -1, (-β), **-1**
    r"|(?<=[\d)²³])-(?=[α-ωΑ-Ω√])|(?<=[α-ωΑ-Ω√])-(?=[\d(√])",  # 1-β, κ-1
    re.MULTILINE,
)
"""A hyphen that means minus: not in a word, before an entry of a list, or in a table's rule."""


@RULES.add
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


@RULES.add
def folds(notebook: Notebook) -> Iterator[str]:
    """Refuse what is folded without a title, or where its Markdown would show as it is written."""
    for cell in notebook.prose:
        text = without_code(cell.source)
        if len(re.findall("</?details|</?summary", text)) != 4 * len(FOLD.findall(text)):
            yield notebook.says(
                cell,
                "a fold is not of the form that every page opens. Write <details>, below it "
                "<summary>What is in it</summary>, an empty line, the text without headings, an "
                "empty line, </details>.",
            )


FOLD = re.compile(
    r"(?<![^\n])<details>\n<summary>[^\n<>]*\S</summary>\n\n(?:(?!</?details|</?summary|(?<=\n)#).)+"
    r"\n\n</details>(?![^\n])",
    re.DOTALL,
)
"""Something folded. A heading in it would be a link's target that nobody sees."""


@RULES.add
def alternative_texts(notebook: Notebook) -> Iterator[str]:
    """Refuse pictures between the paragraphs without words for those who cannot see them."""
    for cell in notebook.prose:
        text = without_code(cell.source)
        images = [image["alt"] for image in images_in(text, embedded=False)]
        if "" in [alt.strip() for alt in [*images, *re.findall(r"!\[(.*?)\]\(", text)]]:
            yield notebook.says(
                cell, "a picture has no alternative text. Write ![what it shows](…)."
            )
