"""Each check refuses what it is there for, in a notebook with one fault for each."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from typing import Any

import hand_made
import pytest
from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-untyped]
from lab_server import Lab
from lesson_page import (
    LOW,
    NARROW,
    PANEL,
    WIDE,
    Lesson,
    check_access,
    check_addresses,
    check_console,
    check_counts,
    check_errors,
    check_fit,
    check_links,
    check_maths,
    check_pictures,
    open_lesson,
)
from nbformat import v4 as nbformat_v4
from playwright.sync_api import Browser
from walk import check_explorers, check_in_view

V4: Any = nbformat_v4  # its functions carry no types
KERNEL = {"kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"}}

# One pixel by one
DOT = "data:image/gif;base64,R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7"
ELSEWHERE = "https://elsewhere.invalid/cat.png"
SHOW = "from IPython.display import HTML, Javascript, display\n\n"
PROSE = {
    "title": "# Spoilt\n\n[1](01_line_and_loss.ipynb), [98](98_none.ipynb), [99](99_none.ipynb).\n"
    "<!-- [97](97_unseen.ipynb) -->",
    "broken-formula": r"Here $\frac{1}$ is no formula.",
    "wide-formula": f"$${' + '.join('abcdefghijklmnopqrstuvwxyz')}$$",
    "wide-table": "| " + " | ".join("a" * 40 for _ in range(9)) + " |\n" + "|---" * 9 + "|",
}
CODE = {
    "complains": "import sys\n\nprint('careful', file=sys.stderr)",
    "says-nothing": f"{SHOW}display(HTML('<img src=\"{DOT}\">'))",
    "says-other-words": f'display(HTML(\'<img alt="a dog" src="{DOT}">\'))',
    "paints-nothing": 'display(HTML(\'<img alt="a cat" src="data:image/png;base64,AAAA">\'))',
    "paints-twice": f'display(HTML(\'<img alt="a cat" src="{DOT}">\' * 2))',
    "too-wide": (
        f'display(HTML(\'<img alt="a cat" style="max-width: none; width: 3000px;'
        f' height: 3000px" src="{DOT}">\'))'
    ),
    "stretched": f'display(HTML(\'<img alt="a cat" width="90" style="height: 9px" src="{DOT}">\'))',
    "asks-elsewhere": f'display(HTML(\'<img alt="a cat" src="{ELSEWHERE}">\'))',
    "console-error": "display(Javascript('console.error(\"a mouse\")'))",
    "uncaught": "display(Javascript('setTimeout(() => { throw new Error(\"a rat\"); })'))",
    # JupyterLab itself adds alt="Image" where an <img> has none, but only once.
    "nameless": (
        'display(Javascript(\'element.innerHTML = `<img id="nameless" src="{DOT}">`\'))'
    ).replace("{DOT}", DOT),
    "hardly-readable": "display(HTML('<p style=\"color: #eee; background: #fff\">pale</p>'))",
    "fails": "1 / 0",
    "never-runs": "2",
}
WITH_PICTURE = (
    "says-nothing",
    "says-other-words",
    "paints-nothing",
    "paints-twice",
    "too-wide",
    "stretched",
    "asks-elsewhere",
)


@pytest.fixture(scope="module")
def spoilt(browser: Browser, lab: Lab) -> Iterator[Lesson]:
    """The spoilt notebook, run as a lesson is."""
    path = lab.folder / "notebooks" / "98_spoilt.ipynb"
    cells = [V4.new_markdown_cell(text, id=name) for name, text in PROSE.items()]
    for name, source in CODE.items():
        cells.append(V4.new_code_cell(source, id=name))
        if name in WITH_PICTURE:
            stored = {"image/png": "AAAA", "text/plain": "a cat"}
            cells[-1].outputs = [V4.new_output("display_data", data=stored)]
    path.write_text(V4.writes(V4.new_notebook(cells=cells, metadata=KERNEL)), "utf-8")
    lesson = open_lesson(browser, lab, path)
    lesson.run_all()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("lesson_page.TO_PAINT", 10_000)  # what is missing here does not come later
        yield lesson
    lesson.page.context.close()
    lab.stop_kernels()
    path.unlink()


BROKEN = {
    "setup": "import hand_made\nfrom IPython.display import HTML",
    "broken": "hand_made.broken()",
    "crowded": "HTML('<style>.live-value { flex: none !important; margin-left: -30px; }</style>')",
    "right": "hand_made.texts()",
    "unfit": "hand_made.unfit()",
}


@pytest.fixture(scope="module")
def broken(browser: Browser, lab: Lab) -> Iterator[Lesson]:
    """A notebook with an explorer that has faults, and one that has none but its style."""
    path = lab.folder / "notebooks" / "96_broken.ipynb"
    shutil.copy(hand_made.__file__, path.parent)
    cells = [V4.new_markdown_cell("# Broken", id="title")]
    cells += [V4.new_code_cell(source, id=name) for name, source in BROKEN.items()]
    path.write_text(V4.writes(V4.new_notebook(cells=cells, metadata=KERNEL)), "utf-8")
    lesson = open_lesson(browser, lab, path)
    lesson.run_all()
    yield lesson
    lesson.page.context.close()
    lab.stop_kernels()
    path.unlink()


def found(problems: Iterator[str], *expected: str) -> None:
    """Hold the sentences against what each should say, in order."""
    said = list(problems)
    assert len(said) == len(expected), "\n".join(said)
    for sentence, pattern in zip(said, expected, strict=True):
        assert re.search(pattern, sentence), f"{pattern!r} is not in {sentence!r}"


def test_a_cell_that_did_not_run(spoilt: Lesson) -> None:
    found(check_counts(spoilt), r"^never-runs: its prompt is \[ \]:, not \[14\]:")


def test_errors_and_complaints(spoilt: Lesson) -> None:
    found(check_errors(spoilt), "^complains: .*careful", "^fails: .*ZeroDivision")


def test_pictures(spoilt: Lesson) -> None:
    found(
        check_pictures(spoilt),
        "^says-nothing: .* says 'Image', the stored words are 'a cat'",
        "^says-other-words: .* says 'a dog', the stored words are 'a cat'",
        "^paints-nothing: the picture is not painted",
        "^paints-twice: 2 pictures, but 1 stored",
        "^asks-elsewhere: the picture is not painted",
        "^nameless: 1 pictures, but 0 stored",
    )


def test_stored_pictures(spoilt: Lesson) -> None:
    faults = (
        "the alternative text says '', the stored words are 'a cat'",
        "the picture is not painted",
    )
    found(
        iter(spoilt.as_stored),
        *(f"^{name}: {fault}" for name in WITH_PICTURE for fault in faults),
    )


def test_widths(spoilt: Lesson) -> None:
    spoilt.resize(NARROW)
    said = "\n".join(check_fit(spoilt))
    spoilt.resize(WIDE)
    assert re.search(r"^too-wide: a picture ends \d+ px outside", said, re.MULTILINE)
    assert re.search(r"^stretched: a picture is stretched by 0\.10", said, re.MULTILINE)
    assert re.search(r"^wide-formula: a formula leaves -?\d+ px", said, re.MULTILINE)
    assert re.search(r"^wide-table: <\w+> (hides|ends) \d+ px", said, re.MULTILINE)


def test_formulas(spoilt: Lesson) -> None:
    said = "\n".join(check_maths(spoilt))
    assert "broken-formula: a formula says" in said


def test_links(spoilt: Lesson) -> None:
    found(
        check_links(spoilt),
        "^title: the link to notebooks/98_none.ipynb leads to no file",
        "^title: the link to notebooks/99_none.ipynb leads to no file",
        "^title: no link to notebooks/97_unseen.ipynb is shown",
    )


def test_a_link_opens_what_its_address_names(spoilt: Lesson) -> None:
    for place, opened in (("notebooks/01_line_and_loss.ipynb",) * 2, ("99_none", "nothing")):
        link = spoilt.page.locator(f'{PANEL} a[href*="/files/"][href*="{place}"]')
        assert spoilt.follow(link.first) == opened


def test_the_console(spoilt: Lesson) -> None:
    said = "\n".join(check_console(spoilt))
    assert "a mouse" in said
    assert "a rat" in said


def test_other_machines(spoilt: Lesson) -> None:
    found(check_addresses(spoilt), re.escape(f"asked {ELSEWHERE}"))


def test_access(spoilt: Lesson) -> None:
    said = "\n".join(check_access(spoilt, Axe()))
    assert re.search(r"^image-alt \(critical\): .*<img id=\"nameless\"", said, re.MULTILINE)
    assert re.search(r"^color-contrast \(serious\): .*>pale</p>", said, re.MULTILINE)


def test_explorers(broken: Lesson) -> None:
    emptied = broken.page.locator(".live-figure .live-words").nth(1)
    emptied.evaluate("at => { at.textContent = ''; }")
    narrow = broken.page.locator(".live-figure select").first
    narrow.evaluate("at => { at.style.width = '40px'; at.style.minWidth = '0'; }")
    said = list(check_explorers(broken))
    for expected in (
        r"^explorer 1: nothing is painted \(empty at End\)\.$",
        r"^explorer 1: it says nan \(none at End\)\.$",
        r'^explorer 1: "It is .*" is \d+ px too long \(start,',
        r'^explorer 1: "choice_.*" is cut at the edge \(start,',
        r'^explorer 1: the choices of "choice_.*" are cut \(start,',
        r'^explorer 1: "empty" and "1" overlap \(empty at End\)\.$',
        r"^explorer 2: a slider changes its length \(any\)\.$",
        r"^explorer 2: it has no words \(start\)\.$",
    ):
        assert any(re.search(expected, each) for each in said), (expected, said)


def test_in_view(broken: Lesson) -> None:
    broken.resize(LOW)
    with broken.files_folded():
        said = list(check_in_view(broken))
    broken.resize(WIDE)
    for expected in (
        r'^broken: "choice_.*" is cut at the edge\.$',
        r'^unfit: "Goal: get up\. much_.*" is \d+ px too long\.$',
        r"^unfit: it is \d{3,4} px high, and the window has \d{3} for it\.$",
        r"^unfit: 'small' has letters of \d\.\d px, not 9\.$",
    ):
        assert any(re.search(expected, each) for each in said), (expected, said)
    assert not any(each.startswith("right: it is") for each in said)
