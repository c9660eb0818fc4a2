"""The short form of what is too long for a slide: formulas first, then lists, then sentences."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Sequence

from bs4 import Tag
from bs4.element import NavigableString

from course_tools.site.slides.cutting import inside, readable

WIDE = 72
"""Letters on a line of a slide."""

TALL, EASY = 18.0, 14.5
"""Lines for which a slide has room in smaller letters, and in letters nearly as large as others."""

SMALL = 0.78
"""So large are letters in a long table, and others are 1."""

SPACE = 0.5
"""Lines between two paragraphs."""

FORMULA, FRACTION = 1.8, 1.0
"""Lines that a formula takes, and by how many more it is higher with a fraction or a sum."""

FEWEST = 6
"""Words of a statement."""

BETWEEN = re.compile(r"(?<=[.?!])\s+(?=[^\Wa-z]|[(\"“])")
ENDED, BEGINS = re.compile(r"[.?!]$"), re.compile(r"\s+[^\Wa-z]")


# --- How much there is ----------------------------------------------------------------------------


def lines_of(block: Tag) -> float:
    """Return about how many lines a block takes on a slide."""
    if block.name in ("ol", "ul"):
        return sum(lines_of(item) - SPACE / 2 for item in block.find_all("li", recursive=False))
    if formulas := block.find_all(class_="katex-display"):
        high = [each for each in formulas if each.find(("mfrac", "munder", "munderover"))]
        rows = sum(max(1, len(each.find_all("mtr"))) for each in formulas)
        return rows * FORMULA + len(high) * FRACTION
    if table := is_table(block):
        return sum(lines_of_row(row) for row in table.find_all("tr"))
    return math.ceil(len(readable(block).strip()) / WIDE) + SPACE


def lines_of_row(row: Tag, wide: float = WIDE) -> float:
    """Return about how many lines a row of a table takes, where a line has so many letters."""
    columns = row.find_all(("th", "td"))
    wide /= max(len(columns), 1)
    return max((math.ceil(len(readable(each).strip()) / wide) for each in columns), default=0) + 0.3


def is_table(block: Tag) -> Tag | None:
    """Return the table that a block is, or holds."""
    return block if block.name == "table" else block.find("table")


def parts_of(table: Tag) -> Iterator[str]:
    """Cut a table into parts for which there is room in small letters, each with its head."""
    head = table.thead or ""
    rows = table.select("tbody tr")
    high = [lines_of_row(row, WIDE / SMALL) for row in rows]
    count = math.ceil(sum(high) * SMALL / EASY)
    for k in range(count):
        ends = [sum(high[: j + 1]) * count / sum(high) for j in range(len(rows))]
        part = [str(row) for row, end in zip(rows, ends, strict=True) if k < end - 0.01 <= k + 1]
        yield f"<table>{head}<tbody>{''.join(part)}</tbody></table>"


# --- The short form -------------------------------------------------------------------------------


def shortened(blocks: Sequence[Tag], room: float = EASY, most: float | None = None) -> list[str]:
    """Return as many of these blocks as a slide has room for, in their order, as HTML.

    What leads to a formula or a list stays with it. Of what is too long the sentences are kept
    that hold something bold, or those that lead on.

    Parameters
    ----------
    blocks : sequence of Tag
        What a cell says.
    room, most : float
        Lines that there are for text, and for formulas, lists and tables, which are taken first.
    """
    groups = list(led_to(blocks))
    order = sorted(range(len(groups)), key=lambda k: (weight_of(groups[k]), k))
    formulas = [k for k in order if weight_of(groups[k]) == 0]
    kept: dict[int, list[str]] = {}
    taken = 0.0
    for k in [*formulas[-1:], *order]:  # the last formula is what it all comes to
        if k in kept:
            continue
        limit = room if weight_of(groups[k]) >= PLAIN else max(room, most or 0)
        for html, needed in forms_of(groups[k]):
            if taken + needed <= limit:
                kept[k], taken = html, taken + needed
                break
    return [html for k in sorted(kept) for html in kept[k]]


def led_to(blocks: Sequence[Tag]) -> Iterator[list[Tag]]:
    """Put each block together with what leads to it, and formulas with those that follow them."""
    groups: list[list[Tag]] = []
    goes_on = False
    for block in blocks:
        if goes_on or (groups and is_formula(block) and is_formula(groups[-1][-1])):
            groups[-1].append(block)
        else:
            groups.append([block])
        ended = re.search(r"[.?!][)”\"]*$", readable(block).strip())
        goes_on = block.name == "p" and not ended
    if goes_on and len(groups) > 1:
        groups.pop()  # it leads to what is not here
    yield from groups


def is_formula(block: Tag) -> bool:
    """Whether a block is a formula of its own line."""
    return block.name == "div" and block.find(class_="katex-display") is not None


PLAIN = 2
"""From this weight on a group is text alone."""


def weight_of(group: Sequence[Tag]) -> int:
    """Return how soon a group is taken: 0 is first."""
    last = group[-1]
    if last.find(class_="katex-display"):
        return 0
    if last.name in ("ol", "ul") or is_table(last):
        return 1
    said = any(is_statement(bold) for bold in last.find_all("strong"))
    return PLAIN if said else PLAIN + 1


def forms_of(group: Sequence[Tag]) -> Iterator[tuple[list[str], float]]:
    """Give the forms of a group, the longest first, with the lines that each takes."""
    first, *others = group
    rest, needed = [str(block) for block in others], sum(lines_of(block) for block in others)
    yield [str(first), *rest], lines_of(first) + needed
    if first.name == "p" and others:
        said = " ".join(sentences(first)[-2:])
        yield [f"<p>{said}</p>", *rest], lines_of_text(said) + needed
    elif first.name == "p":
        every = sentences(first)
        said = " ".join(each for each in every if "<strong>" in each) or every[0]
        yield [f"<p>{said}</p>"], lines_of_text(said)


def lines_of_text(html: str) -> float:
    """Return about how many lines a paragraph takes."""
    return math.ceil(len(re.sub(r"<[^>]*>", "", html)) / WIDE) + SPACE


# --- Sentences ------------------------------------------------------------------------------------


def sentences(paragraph: Tag) -> list[str]:
    """Cut a paragraph into its sentences, as HTML. What is in bold or a formula is not cut."""
    found, ended = [""], False
    for child in paragraph.children:
        if isinstance(child, NavigableString):
            text = child.output_ready(formatter="minimal")
            if ended and BEGINS.match(text):
                found.append("")
            first, *others = BETWEEN.split(text)
            found[-1] += first
            found += others
            if ENDED.search(text.rstrip()) and text != text.rstrip():
                found.append("")
        else:
            found[-1] += str(child)
        ended = bool(ENDED.search(child.get_text().strip()))
    return [each.strip() for each in found if each.strip()]


def is_statement(bold: Tag) -> bool:
    """Whether something bold says something, rather than marking a term or a goal."""
    text = bold.get_text()
    return len(text.split()) >= FEWEST and not text.startswith("Goal")


def statement_in(paragraph: Tag) -> tuple[str, bool] | None:
    """Return what a paragraph says in bold, as HTML, and whether that is whole sentences."""
    for bold in filter(is_statement, paragraph.find_all("strong")):
        text = bold.get_text().strip()
        if ENDED.search(text) and text[0].isupper():
            return inside(bold), True
        around = [each for each in sentences(paragraph) if str(bold) in each]
        return (around[0], False) if around else None
    return None
