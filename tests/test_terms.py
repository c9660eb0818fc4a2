"""No lesson uses a term before one introduces it: the glossary is held, and every rule refuses."""

from __future__ import annotations

from copy import deepcopy
from pathlib import Path

import nbformat
import pytest

from course_tools.files import ROOT
from course_tools.notebooks.cells import Notebook
from course_tools.rules import terms
from course_tools.rules.terms import Early, Held, Notes

NOTEBOOKS = ROOT / "notebooks"


def test_no_lesson_uses_a_term_before_it_is_introduced():
    found = terms.problems(NOTEBOOKS)
    if found:
        pytest.fail("\n".join(found), pytrace=False)


@pytest.fixture(scope="module")
def held() -> Held:
    """The course's own lessons and glossary."""
    return Held(NOTEBOOKS, terms.read_notes())


def test_every_row_of_the_glossary_is_read(held: Held):
    prose = Notebook.read(NOTEBOOKS / terms.GLOSSARY).prose
    lines = [line for cell in prose for line in cell.source.split("\n") if line[:1] == "|"]
    rules = [line for line in lines if set(line) <= set("|-")]
    assert len(held.terms) == len(lines) - 2 * len(rules)


def test_lists_of_the_notes_are_sorted_and_needed(held: Held):
    notes, course = held.notes, held.course
    calls = set().union(*(cell.calls for cell in course))
    assert [name for name in notes.known if name not in calls] == []
    assert notes.known == sorted(notes.known, key=str.casefold)
    bold = {text.casefold() for cell in course for text in cell.bold}
    assert [text for text in notes.stressed if text.casefold() not in bold] == []
    text = "\n".join(cell.text for cell in course).casefold()
    assert [phrase for phrase in notes.everyday if phrase.casefold() not in text] == []
    assert set(notes.spelled) <= {term.name for term in held.terms}


# --- A small course, and how it is spoilt -------------------------------------------------------

LESSONS = {
    "00_start": {
        "title": "# Start\n\nWelcome.",
        "hello": "print('hello')",
    },
    "01_hills": {
        "title": "# 1 · Hills\n\nYou will measure a slope.\n\n[Lesson 2 · Rates](02_rates.ipynb)",
        "steep": "## How steep\n\nHow much it rises is the **slope** θ.",
        "measure": "import numpy as np\n\nprint('slope', np.hypot(3, 4))  # a slope",
    },
    "02_rates": {
        "title": "# 2 · Rates",
        "rate": "## The learning rate\n\nWe call it the **learning rate**, or $\\beta$.",
        "shrink": "## How it shrinks\n\nThe factor is the **rate**, $\\lambda_1$.",
        "read-next": "## Read on\n\n- A. Author, *On rates*, 2000: all about a rate.",
    },
}
GLOSSARY = """
| Term | Meaning | Introduced in |
|---|---|---|
| learning rate | How far. | [2 · The learning rate](02_rates.ipynb#The-learning-rate) |
| rate | By which factor. | [2 · How it shrinks](02_rates.ipynb#How-it-shrinks) |
| slope | How steep. | [1 · How steep](01_hills.ipynb#How-steep) |

| Symbol | Meaning | Introduced in |
|---|---|---|
| β | The learning rate. | [2 · The learning rate](02_rates.ipynb#The-learning-rate) |
| θ | The slope. | [1 · How steep](01_hills.ipynb#How-steep) |
| λ | The rate. | [2 · How it shrinks](02_rates.ipynb#How-it-shrinks) |

| Function | What it gives | First used in |
|---|---|---|
| `np.hypot` | A length. | [1 · How steep](01_hills.ipynb#How-steep) |
"""


def write(path: Path, cells: dict[str, str], printed: dict[str, str]) -> None:
    """Write a notebook: a cell that begins with a letter or quote runs."""
    made = []
    for name, source in cells.items():
        if source.startswith(("print", "import")):
            cell = nbformat.v4.new_code_cell(source, id=name)
            if name in printed:
                cell.outputs = [nbformat.v4.new_output("stream", text=printed[name])]
        else:
            cell = nbformat.v4.new_markdown_cell(source, id=name)
        made.append(cell)
    nbformat.write(nbformat.v4.new_notebook(cells=made), path)


def complaints(
    folder: Path,
    changed: dict[str, dict[str, str]] | None = None,
    *,
    glossary: str = GLOSSARY,
    notes: Notes | None = None,
    printed: dict[str, str] | None = None,
) -> list[str]:
    """What the rules say of the small course, with some cells changed."""
    lessons = deepcopy(LESSONS)
    for name, cells in (changed or {}).items():
        lessons[name] |= cells
    for name, cells in lessons.items():
        write(folder / f"{name}.ipynb", cells, printed or {})
    write(folder / terms.GLOSSARY, {"terms": glossary}, {})
    return terms.RULES.problems(Held(folder, notes or Notes()))


def test_a_course_in_order_is_accepted(tmp_path: Path):
    assert complaints(tmp_path) == []


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"00_start": {"more": "The slopes."}}, "00_start.ipynb, cell 'more': it uses 'slope'"),
        ({"00_start": {"more": "A\nLearning\nRate."}}, "cell 'more': it uses 'learning rate'"),
        ({"00_start": {"hello": "print('its slope')"}}, "cell 'hello': it uses 'slope'"),
        ({"00_start": {"hello": "print(1)  # a slope"}}, "cell 'hello': it uses 'slope'"),
        ({"00_start": {"more": "So θ grows."}}, "cell 'more': it uses 'θ'"),
        ({"00_start": {"more": "So $2\\theta_0$ grows."}}, "cell 'more': it uses 'θ'"),
        ({"01_hills": {"more": "At this rate."}}, "01_hills.ipynb, cell 'more': it uses 'rate'"),
        ({"01_hills": {"title": "# 1\n\nThe rate."}}, "cell 'title': it uses 'rate'"),
        ({"02_rates": {"title": "# 2\n\nFor θ, λ and β."}}, ""),
        ({"02_rates": {"rate": "## The learning rate\n\n$\\beta$, a **rate**"}}, ""),
        ({"02_rates": {"rate": "## The learning rate\n\n$\\beta$, a rate"}}, "it uses 'rate'"),
        (
            {"01_hills": {"steep": "## How steep\n\nA slope θ."}},
            "'slope': it does not stand in bold",
        ),
        ({"01_hills": {"steep": "## How steep\n\nA **slope**."}}, "'θ': it does not occur under"),
        ({"01_hills": {"steep": "## Other\n\nA **slope** θ."}}, "has no heading 'How-steep'"),
        ({"01_hills": {"more": "## How steep\n\nAgain."}}, "has 2 headings 'How-steep'"),
        ({"01_hills": {"more": "It is **fast**."}}, "'fast' stands in bold. If it is a term"),
        ({"01_hills": {"more": "**b.** Right. **Goal: get there.** **Step 2.**"}}, ""),
        ({"01_hills": {"more": "import numpy as np\n\nnp.i0(1)"}}, "np.i0 is used. Say there"),
        ({"00_start": {"more": "import numpy as np\n\nnp.hypot(1, 1)"}}, "uses it first, under"),
        ({"01_hills": {"measure": "print(5)"}}, "'np.hypot': no lesson uses it."),
        ({"00_start": {"more": "[2 · Rates](02_rates.ipynb) comes later."}}, ""),
        ({"01_hills": {"more": "Accurate, sloped, slope-like?"}}, ""),
    ],
)
def test_a_use_out_of_order_is_refused(changed, said: str, tmp_path: Path):
    found = complaints(tmp_path, changed)
    assert bool(found) == bool(said), found
    assert all(said in sentence for sentence in found), found


def test_what_a_cell_prints_is_read(tmp_path: Path):
    assert "cell 'hello': it uses 'slope'" in complaints(tmp_path, printed={"hello": "a slope"})[0]


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("02_rates.ipynb#How-it", "07_gone.ipynb#How-it", "'07_gone.ipynb', which is no lesson"),
        ("02_rates.ipynb#How-it", "91_glossary.ipynb#How-it", "which is no lesson"),
        ("| slope | How", "| height | How", "'height': it does not stand in bold"),
        ("| slope |", "| apex |", "'apex': it stands after 'rate'. Sort the rows."),
        ("| β |", "| ∇ |", "'θ': it stands after '∇'. Sort the rows."),
        ("| λ |", "| L |", "'L': it stands after 'θ'. Sort the rows."),
        ("| rate |", "| learning rate |", "'learning rate': it is listed 2 times."),
    ],
)
def test_a_glossary_with_a_fault_is_refused(old: str, new: str, said: str, tmp_path: Path):
    found = complaints(tmp_path, glossary=GLOSSARY.replace(old, new))
    assert any(said in sentence for sentence in found), found


EARLY = Early("00_start", "more", ("slope",), "It is on the poster.")


@pytest.mark.parametrize(
    ("notes", "text", "said"),
    [
        (Notes(early=[EARLY]), "The slope.", ""),
        (Notes(early=[EARLY]), "The hill.", "does not use 'slope'. Take it out."),
        (Notes(early=[Early("00_start", "more", ("slope",), "")]), "The slope.", "has no reason"),
        (Notes(everyday=["slope of the roof"]), "The slope of the roof.", ""),
        (Notes(everyday=["slope of the roof"]), "The slope of it.", "it uses 'slope'"),
        (Notes(spelled={"slope": ["steepness"]}), "Its steepness.", "it uses 'slope'"),
        (Notes(stressed=["Now"]), "**Now** go.", ""),
    ],
)
def test_notes_make_exceptions_and_are_held_themselves(
    notes: Notes, text: str, said: str, tmp_path: Path
):
    found = complaints(tmp_path, {"00_start": {"more": text}}, notes=notes)
    assert bool(found) == bool(said), found
    assert all(said in sentence for sentence in found), found


def test_known_functions_need_no_row(tmp_path: Path):
    cell = {"01_hills": {"more": "import numpy as np\n\nnp.i0(np.pi)"}}
    assert len(complaints(tmp_path, cell)) == 2
    assert complaints(tmp_path, cell, notes=Notes(known=["np.i0", "np.pi"])) == []


TRIED = {
    "order": {"glossary": GLOSSARY.replace("| slope |", "| apex |")},
    "links": {"glossary": GLOSSARY.replace("02_rates.ipynb#How-it", "07_gone.ipynb#How-it")},
    "introduced": {"glossary": GLOSSARY.replace("| slope | How", "| height | How")},
    "too_early": {"changed": {"00_start": {"more": "The slopes."}}},
    "functions": {"changed": {"01_hills": {"measure": "print(5)"}}},
    "idle": {"notes": Notes(early=[EARLY])},
    "bold": {"changed": {"01_hills": {"more": "It is **fast**."}}},
    "unknown_functions": {
        "changed": {"01_hills": {"more": "import numpy as np\n\nnp.i0(1)"}},
    },
}


@pytest.mark.parametrize(("rule", "changes"), TRIED.items(), ids=TRIED)
def test_every_rule_refuses_what_it_is_there_for(rule: str, changes, tmp_path: Path):
    complaints(tmp_path, **changes)
    held = Held(tmp_path, changes.get("notes", Notes()))
    assert rule in [each.__name__ for each in terms.RULES if list(each(held))]


def test_every_rule_is_tried():
    assert [rule.__name__ for rule in terms.RULES] == list(TRIED)
