"""No term before the lesson that introduces it.

The glossary is the list of terms: each row of its tables names a term, says what it means, and
links to the heading under which a lesson introduces it. Here the lessons are held against that
list. What the tables cannot say, such as other spellings, stands in course_tools/rules/terms.toml.
"""

from __future__ import annotations

import ast
import re
import tomllib
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import pairwise, takewhile
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from nbformat import NotebookNode

from course_tools.notebooks.cells import Notebook, comments_in, parsed, words_of
from course_tools.notebooks.course import read_in_order
from course_tools.rules.registry import Rules

GLOSSARY = "91_glossary.ipynb"
"""The page, in the folder of the notebooks, whose tables list the terms."""

NOTES = Path(__file__).with_name("terms.toml")

ONE_OR_TWO_WORDS = re.compile(r"(?!(?:Time|You need|Goal)$)[^\W\d]{2,}(?:[ -][^\W\d]+)?")
"""What in bold may be a term. What is longer is a sentence, and what has a full stop a label."""

OBJECTIVE = "title"
"""The cell that says what a lesson will teach, and so may name it."""

KINDS = {"Term": "word", "Symbol": "symbol", "Function": "function"}
"""The first heading of a table, and what its rows are."""

ROW = re.compile(r"^\| *(?P<name>[^|]+?) *\|(?P<meaning>.*)\| *\[.*?\]\((?P<link>[^)]+)\) *\|$")
HEADING = re.compile(r"^#+ +(.+?) *$", re.MULTILINE)
BOLD = re.compile(r"\*\*(.+?)\*\*", re.DOTALL)
GREEK = {"theta": "θ", "lambda": "λ", "mu": "μ", "kappa": "κ", "beta": "β", "sigma": "σ"}
LATEX = {
    r"\\(?:text|mathrm)\{([^}]*)\}": r" \1 ",
    r"\^\{?\\top\}?": "ᵀ",
    r"\\nabla\s*": "∇",
    **{rf"\\{name}(?![a-z])": letter for name, letter in GREEK.items()},
    r"[_^](?:\{[^{}]*\}|\w)": " ",  # what stands below or above is not looked for
    r"\\[a-zA-Z]+|[{}\\&]": " ",
}


@dataclass(frozen=True)
class Term:
    """A row of the glossary.

    Attributes
    ----------
    name : str
        As the glossary writes it.
    kind : str
        "word", "symbol" or "function".
    lesson, anchor : str
        Where its link leads: a file in the folder of the lessons, and a heading there.
    meaning : str
        What the glossary says of it.
    """

    name: str
    kind: str
    lesson: str
    anchor: str
    meaning: str


@dataclass(frozen=True)
class Early:
    """Terms that one cell may use before they are introduced, and why."""

    lesson: str
    cell: str
    terms: tuple[str, ...]
    reason: str

    def cell_is(self, cell: Cell) -> bool:
        """Whether this is about the cell."""
        return (self.lesson, self.cell) == (Path(cell.lesson).stem, cell.name)


@dataclass(frozen=True)
class Notes:
    """What the glossary's tables do not say.

    Attributes
    ----------
    spelled : dict
        Other spellings of a term.
    everyday : list of str
        Phrases in which a word has its everyday meaning.
    stressed : list of str
        One or two words that stand in bold without being a term.
    known : list of str
        Functions of numpy that a learner is taken to know.
    early : list of Early
        Terms that a cell may use early.
    """

    spelled: dict[str, list[str]] = field(default_factory=dict)
    everyday: list[str] = field(default_factory=list)
    stressed: list[str] = field(default_factory=list)
    known: list[str] = field(default_factory=list)
    early: list[Early] = field(default_factory=list)


@dataclass(frozen=True)
class Cell:
    """What a learner reads in one cell.

    Attributes
    ----------
    lesson, name, anchor : str
        The file, the cell's id, and the heading under which it stands.
    text : str
        Prose or comments, texts in the code, and what the cell printed or drew, in words.
    headings, bold : tuple of str
        Its headings, and what stands in bold.
    calls : frozenset of str
        The functions of numpy that it names, such as "np.linalg.norm".
    """

    lesson: str
    name: str
    anchor: str
    text: str
    headings: tuple[str, ...] = ()
    bold: tuple[str, ...] = ()
    calls: frozenset[str] = frozenset()

    def __str__(self) -> str:
        """Name the cell in a sentence."""
        return f"{self.lesson}, cell {self.name!r}"


# --- Reading ------------------------------------------------------------------------------------


def read_notes(path: Path = NOTES) -> Notes:
    """Read what the glossary's tables do not say."""
    found: dict[str, Any] = tomllib.loads(path.read_text("utf-8"))
    early = [Early(**{**each, "terms": tuple(each["terms"])}) for each in found.pop("early", [])]
    return Notes(**found, early=early)


def read_glossary(path: Path) -> list[Term]:
    """Read the rows of the glossary's tables, in its order."""
    terms, kind = [], ""
    for cell in Notebook.read(path).prose:
        for line in cell.source.split("\n"):
            heads = re.match(r"\| *(\w+) *\|", line)
            if heads and heads[1] in KINDS:
                kind = KINDS[heads[1]]
            row = ROW.match(line)
            if row:
                lesson, _, anchor = unquote(row["link"]).partition("#")
                name = row["name"].strip("`")
                terms.append(Term(name, kind, lesson, anchor, row["meaning"].strip()))
    return terms


def read_course(folder: Path) -> list[Cell]:
    """Read every cell of every lesson of a folder, in the order of the course."""
    return [cell for path in read_in_order(folder) for cell in read_lesson(path)]


def read_lesson(path: Path) -> Iterator[Cell]:
    """Read every cell of a lesson."""
    anchor = ""
    for cell in Notebook.read(path).nb.cells:
        if cell.cell_type == "markdown":
            headings = tuple(HEADING.findall(cell.source))
            anchor = headings[0].replace(" ", "-") if headings else anchor
            bold = tuple(without_latex(text).strip() for text in BOLD.findall(cell.source))
            yield Cell(path.name, cell.id, anchor, prose(cell), headings, bold)
        else:
            yield Cell(path.name, cell.id, anchor, code(cell), calls=calls(cell))


def prose(cell: NotebookNode) -> str:
    """Return what is read in Markdown: no links to other lessons, and no titles of books."""
    text = re.sub(r"\[[^\]]*\]\(\d\d_\w+\.ipynb[^)]*\)", " ", cell.source)
    if cell.id == "read-next":
        text = re.sub(r"(?<!\*)\*[^*]+\*(?!\*)|\"[^\"]+\"", " ", text)
    return without_latex(text)


def without_latex(text: str) -> str:
    r"""Return text with its formulas in letters: `\beta\, v_1` becomes `β  v`."""
    text = re.sub(r"\$\$.*?\$\$|\$[^$]*\$", letters, text, flags=re.DOTALL)
    return re.sub(r"[₀-₉₊₋]", "", text)


def letters(formula: re.Match[str]) -> str:
    """Write a formula without LaTeX, as far as letters and words go."""
    written = formula[0].strip("$")
    for pattern, replacement in LATEX.items():
        written = re.sub(pattern, replacement, written)
    return f" {written} "


def code(cell: NotebookNode) -> str:
    """Return what is read in a cell that runs: comments, texts and what it shows."""
    nodes = list(ast.walk(parsed(cell.source) or ast.Module([], [])))
    formats = {id(node.format_spec) for node in nodes if isinstance(node, ast.FormattedValue)}
    inner = [each for node in nodes if id(node) in formats for each in ast.walk(node)]
    strings = [
        node.value
        for node in nodes
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and node not in inner
    ]
    shown = [words_of(output) for output in cell.outputs]
    return without_latex("\n".join([*comments_in(cell.source), *strings, *shown]))


def calls(cell: NotebookNode) -> frozenset[str]:
    """Name the functions of numpy in a cell."""
    tree = parsed(cell.source) or ast.Module([], [])
    names = {ast.unparse(node) for node in ast.walk(tree) if isinstance(node, ast.Attribute)}
    longest = {name for name in names if re.fullmatch(r"np(\.\w+)+", name)}
    return frozenset(n for n in longest if not any(other.startswith(f"{n}.") for other in longest))


# --- Finding ------------------------------------------------------------------------------------


class Spellings:
    """Finds spellings in text, the longer before the shorter: in "learning rate" is no "rate".

    Parameters
    ----------
    terms : dict
        The term for which each spelling stands; nothing if it stands for none.
    symbols : bool
        Whether these are symbols. Symbols touch each other, as in Aθ, and have no plural.
    """

    def __init__(self, terms: dict[str, str], *, symbols: bool) -> None:
        longest = sorted(terms, key=len, reverse=True)
        self._terms = [terms[spelling] for spelling in longest]
        parts = [r"\s+".join(map(re.escape, spelling.split())) for spelling in longest]
        one_of = "|".join(f"({part})" for part in parts) or "(?!)"
        if symbols:
            pattern, flags = rf"(?<![A-Za-z'’])(?:{one_of})(?![A-Za-z])", 0
        else:
            pattern, flags = rf"(?<![\w'’])(?:{one_of})(?:e?s)?(?!\w)", re.IGNORECASE
        self._pattern = re.compile(pattern, flags)

    def terms_in(self, text: str) -> set[str]:
        """Name the terms that occur in a text."""
        return {self._term(found) for found in self._pattern.finditer(text)} - {""}

    def places_in(self, text: str) -> Iterator[tuple[int, int, str]]:
        """Say where a text has terms: from which sign to which, and the term."""
        for found in self._pattern.finditer(text):
            if term := self._term(found):
                yield found.start(), found.end(), term

    def term_of(self, text: str) -> str:
        """Name the term that the whole text is, or nothing."""
        return self._term(self._pattern.fullmatch(text))

    def _term(self, found: re.Match[str] | None) -> str:
        return self._terms[found.lastindex - 1] if found and found.lastindex else ""


class Finder:
    """Finds terms, however they are spelled.

    Parameters
    ----------
    terms : sequence of Term
        What to look for.
    notes : Notes
        How else it is spelled, and where it is not meant.
    """

    def __init__(self, terms: Sequence[Term], notes: Notes) -> None:
        words, symbols = dict.fromkeys(notes.everyday, ""), {}
        for term in terms:
            others = notes.spelled.get(term.name, [])
            if term.kind == "word":
                words.update(dict.fromkeys([term.name, *others], term.name))
            elif term.kind == "symbol":  # A alone is a word, so that others replace it
                symbols.update(dict.fromkeys(others or [term.name], term.name))
        self._words = Spellings(words, symbols=False)
        self._symbols = Spellings(symbols, symbols=True)

    def terms_in(self, text: str) -> set[str]:
        """Name the terms that occur in a text."""
        return self._words.terms_in(text) | self._symbols.terms_in(text)

    def words_in(self, text: str) -> Iterator[tuple[int, int, str]]:
        """Say where a text has terms that are words: from which sign to which, and the term."""
        return self._words.places_in(text)

    def term_of(self, text: str) -> str:
        """Name the term that a text is, apart from an article and punctuation, or nothing."""
        bare = re.sub(r"^(the|an?) ", "", text.strip(" .,:;"), flags=re.IGNORECASE)
        return self._words.term_of(bare) or self._symbols.term_of(bare)

    def marked_in(self, cell: Cell) -> set[str]:
        """Name the terms that stand in bold in a cell, or in a heading of it."""
        headings = set().union(*map(self.terms_in, cell.headings))
        return headings | {self.term_of(text) for text in cell.bold} - {""}


# --- The rules ----------------------------------------------------------------------------------


@dataclass(frozen=True)
class Read:
    """A cell, the terms that it uses, and those that it introduces, in bold or in its heading."""

    cell: Cell
    uses: set[str]
    marks: set[str]


@dataclass(frozen=True)
class Held:
    """The lessons of a folder beside the glossary in it.

    Parameters
    ----------
    folder : Path
        The folder of the notebooks.
    notes : Notes
        What the glossary's tables do not say.
    """

    folder: Path
    notes: Notes

    @cached_property
    def terms(self) -> list[Term]:
        """The rows of the glossary."""
        return read_glossary(self.folder / GLOSSARY)

    @cached_property
    def course(self) -> list[Cell]:
        """Every cell of every lesson, in order."""
        return read_course(self.folder)

    @cached_property
    def finder(self) -> Finder:
        """What finds the terms in a text."""
        return Finder(self.terms, self.notes)

    @cached_property
    def reads(self) -> list[Read]:
        """Every cell with the terms in it."""
        find = self.finder
        return [Read(cell, find.terms_in(cell.text), find.marked_in(cell)) for cell in self.course]

    @cached_property
    def anchors(self) -> dict[str, list[str]]:
        """The headings at the top of a lesson's cells, as links write them, by its file's name."""
        found: dict[str, list[str]] = {path.name: [] for path in read_in_order(self.folder)}
        for cell in self.course:
            found[cell.lesson] += [each.replace(" ", "-") for each in cell.headings[:1]]
        return found

    def linked(self, *kinds: str) -> list[Term]:
        """Return the terms of some kinds whose links lead to where a lesson may introduce them."""
        return [term for term in self.terms if term.kind in kinds and not fault_of_link(term, self)]


RULES: Rules[Held] = Rules()
"""Those below, in their order."""


def problems(path: Path) -> list[str]:
    """Hold the lessons of a folder against its glossary, and return a sentence for each problem."""
    return RULES.problems(Held(path, read_notes()))


@RULES.add
def order(held: Held) -> Iterator[str]:
    """Refuse a term that is listed twice, or not where one would look for it.

    Latin letters come before Greek ones, and these before signs, as they do in Unicode.
    """
    for kind in ("word", "symbol"):
        names = [term.name for term in held.terms if term.kind == kind]
        for before, after in pairwise(names):
            if before.casefold() > after.casefold():
                yield f"glossary, {after!r}: it stands after {before!r}. Sort the rows."
    for name, times in Counter(term.name for term in held.terms).items():
        if times > 1:
            yield f"glossary, {name!r}: it is listed {times} times."


@RULES.add
def links(held: Held) -> Iterator[str]:
    """Refuse a link that does not lead to one heading of a lesson."""
    for term in held.terms:
        if fault := fault_of_link(term, held):
            yield f"glossary, {term.name!r}: {fault}"


def fault_of_link(term: Term, held: Held) -> str:
    """Say where a term's link fails to lead, or nothing."""
    if term.lesson not in held.anchors:
        return f"its link leads to {term.lesson!r}, which is no lesson."
    times = held.anchors[term.lesson].count(term.anchor)
    if times == 0:
        return f"{term.lesson} has no heading {term.anchor!r} at the top of a cell."
    if times > 1:
        return f"{term.lesson} has {times} headings {term.anchor!r}. Tell them apart."
    return ""


def is_home(term: Term, cell: Cell) -> bool:
    """Whether a cell stands under the heading that the glossary links to."""
    return (cell.lesson, cell.anchor) == (term.lesson, term.anchor)


def is_introduced(term: Term, held: Held) -> bool:
    """Whether a cell introduces a term under the heading that the glossary links to."""
    return any(introduces(read, term) for read in held.reads if is_home(term, read.cell))


def introduces(read: Read, term: Term) -> bool:
    """Whether a cell introduces a term: in bold, in its heading, or a symbol where it should."""
    if read.cell.lesson != term.lesson or term.name not in read.uses:
        return False
    home = is_home(term, read.cell)
    if read.cell.name == OBJECTIVE and not home:
        return False
    return term.name in read.marks or (home and term.kind == "symbol")


@RULES.add
def introduced(held: Held) -> Iterator[str]:
    """Refuse a term that is not introduced where the glossary says."""
    for term in held.linked("word", "symbol"):
        if not is_introduced(term, held):
            how = "occur" if term.kind == "symbol" else "stand in bold or in the heading"
            yield (
                f"glossary, {term.name!r}: it does not {how} under {term.anchor!r} of "
                f"{term.lesson}. Mark it there, or link to where it is introduced."
            )


@RULES.add
def too_early(held: Held) -> Iterator[str]:
    """Refuse a term that is used before it is introduced."""
    for term in held.linked("word", "symbol"):
        if not is_introduced(term, held):
            continue  # said already
        early = [read.cell for read in reads_before(term, held) if term.name in read.uses]
        wrong = [cell for cell in early if not excepted(term, cell, held.notes)]
        if wrong:
            more = f" So do {len(wrong) - 1} cells more." if wrong[1:] else ""
            yield (
                f"{wrong[0]}: it uses {term.name!r}, which {term.lesson} introduces, under "
                f"{term.anchor!r}. Say it in other words, or introduce it here in bold.{more}"
            )


def reads_before(term: Term, held: Held) -> Iterator[Read]:
    """Give the cells before the one that introduces a term."""
    yield from takewhile(lambda read: not introduces(read, term), held.reads)


def excepted(term: Term, cell: Cell, notes: Notes) -> bool:
    """Whether a cell may use a term early: an objective its own lesson's, others by the notes."""
    if (cell.lesson, cell.name) == (term.lesson, OBJECTIVE):
        return True
    return any(each.cell_is(cell) and term.name in each.terms for each in notes.early)


@RULES.add
def functions(held: Held) -> Iterator[str]:
    """Refuse a function of numpy that is first used elsewhere than the glossary says."""
    for term in held.linked("function"):
        first = next((cell for cell in held.course if term.name in cell.calls), None)
        if first is None:
            yield f"glossary, {term.name!r}: no lesson uses it. Leave it out."
        elif not is_home(term, first):
            yield (
                f"glossary, {term.name!r}: {first} uses it first, under {first.anchor!r}. "
                "Explain it there, and link to that heading."
            )


@RULES.add
def idle(held: Held) -> Iterator[str]:
    """Refuse exceptions that nothing needs, and those without a reason."""
    for each in held.notes.early:
        where = f"terms.toml: {each.lesson}, cell {each.cell!r}"
        used = set().union(*(read.uses for read in held.reads if each.cell_is(read.cell)))
        for name in sorted(set(each.terms) - used):
            yield f"{where} does not use {name!r}. Take it out."
        if not each.reason:
            yield f"{where} has no reason."


@RULES.add
def bold(held: Held) -> Iterator[str]:
    """Refuse words in bold of which the glossary knows nothing."""
    stressed = {text.casefold() for text in held.notes.stressed}
    for cell in held.course:
        for text in filter(ONE_OR_TWO_WORDS.fullmatch, cell.bold):
            if not held.finder.term_of(text) and text.casefold() not in stressed:
                yield (
                    f"{cell}: {text!r} stands in bold. If it is a term, add it to the glossary; if "
                    "it is only stressed, to `stressed` in course_tools/rules/terms.toml."
                )


@RULES.add
def unknown_functions(held: Held) -> Iterator[str]:
    """Refuse functions of numpy of which the glossary knows nothing."""
    known = {*held.notes.known, *(term.name for term in held.terms)}
    for cell in held.course:
        for name in sorted(cell.calls - known):
            yield (
                f"{cell}: {name} is used. Say there what it does and add it to the glossary, or to "
                "`known` in course_tools/rules/terms.toml."
            )
