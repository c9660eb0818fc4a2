"""What people read of the marks is whole, says what to do next, and does nothing by itself."""

from __future__ import annotations

import csv
import errno
import os
import re
import signal
import subprocess
import sys
from dataclasses import replace
from html import unescape
from pathlib import Path

import pytest
from marking_class import hand_in_all
from marking_page import Page

from course_tools.files import ROOT, write_whole
from course_tools.marking import command_line, publishing
from course_tools.marking.records.journal import Journal, key_of
from course_tools.marking.records.reports import (
    COLUMNS,
    cleaned,
    page_of,
    write_report,
    write_table,
)
from course_tools.marking.records.standing import Ledger
from course_tools.marking.results import Mark, MarkingError, Result
from course_tools.notebooks.course import slug_of, solutions

NAME, TITLE = "06_momentum", "Exercise 6 · Momentum"
RIGHT = Mark("test-step", 1.0, 1.0, "Right.")
LOST = Mark("test-momentum-run", 0.0, 3.0, "The velocity is lost.\nKeep it.\nCall: f(1)")
PARTLY = Mark("test-calm", 1.5, 3.0, "Half of it.")
OPEN = Mark("answer-why", None, 2.0, "Your answer is read by a person.")
RESULT = Result("Anna", NAME, "d", "marked", "2.5 of 9.", (RIGHT, LOST, PARTLY, OPEN), "{}")

HOSTILE = [
    "<script>alert(1)</script>",
    "</style></head><script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    '"><svg onload=alert(1)>',
    "' onmouseover='alert(1)",
    "{{ 7*7 }} {% raw %} {# x #} ${7*7}",
    "<!--",
    "&lt;script&gt; &#60;",
]
HONEST = [
    "Łukasz Żółć",
    "王小明",
    "نسیم‌جان",  # with a zero-width non-joiner
    "שרה‏ כהן",  # with a right-to-left mark
    "Nguyễn Thị Ánh",
    "e\u0301a\u0308",  # combining marks
    "क्‍ष",  # with a zero-width joiner
    "O'Brien-Smith (2)",
    "🧑‍🎓",
    "\u0600١٢",  # Arabic sign of a number, which is seen
]
DISHONEST = ["\x00", "\x1b[31m", "\x07", "\r", "\u202e", "\u2066", "\ud800", "\ufeff", "\u00ad"]
DISHONEST += ["\u2028", "\u2029", "\x85", "\u200b", "\U000e0041", "\ue000", "\ufff9"]


# --- The page -------------------------------------------------------------------------------------


def test_the_page_says_everything():
    text = Page(page_of(RESULT, TITLE)).text
    assert text.startswith(f"{TITLE} · Anna {TITLE} Anna 2.5 of 9 points A person reads a part")
    for piece in (
        "1. step ✓ Right · 1 of 1 point",
        "2. momentum run ✗ Not yet right · 0 of 3 points The velocity is lost. Keep it. Call: f(1)",
        "3. calm ◐ Partly right · 1.5 of 3 points Half of it.",
        "4. answer why ? Still to come · up to 2 points Your answer is read by a person.",
    ):
        assert piece in text
    assert "could not be run" not in text
    assert "was stopped" not in text


@pytest.mark.parametrize(
    ("marks", "says"),
    [
        ((RIGHT, LOST), "Read below what is said about each task that is not yet right."),
        ((RIGHT, PARTLY), "If your course still takes it, hand it in again."),
        ((RIGHT, OPEN), "Wait for the points that are still to come. The rest is right."),
        ((RIGHT,), "Nothing: everything is right."),
    ],
)
def test_the_page_says_what_to_do_next(marks: tuple[Mark, ...], says: str):
    text = Page(page_of(replace(RESULT, marks=marks), TITLE)).text
    assert f"What to do next {says}" in text or ("What to do next Read" in text and says in text)


@pytest.mark.parametrize(
    ("status", "title"),
    [("refused", "Your notebook could not be run"), ("stopped", "Your notebook was stopped")],
)
def test_a_reason_stands_above_everything_and_only_there(status: str, title: str):
    reason = "Cell 3 ran for longer than 20 s."
    marks = tuple(replace(mark, points=0.0, words=f"Not reached.\n{reason}") for mark in (LOST,))
    given = replace(RESULT, status=status, reason=reason, marks=marks)  # type: ignore[arg-type]
    text = Page(page_of(given, TITLE)).text
    assert text.count(reason) == 1
    assert text.index(title) < text.index(reason) < text.index("What to do next")
    assert "sentence above" in text
    assert text.endswith("momentum run ✗ Not yet right · 0 of 3 points Not reached.")


@pytest.mark.parametrize("words", HOSTILE)
def test_words_of_an_attacker_stay_words(words: str):
    honest = Page(page_of(RESULT, TITLE))
    said = (replace(LOST, name=words, words=f"{words}\n{words}"), RIGHT, PARTLY, OPEN)
    for status in ("marked", "refused", "stopped"):
        hostile = replace(RESULT, student=words, reason=words, marks=said, status=status)  # type: ignore[arg-type]
        page = page_of(hostile, words)
        made = Page(page)
        assert set(made.tags) <= {*honest.tags, "div", "h2"}
        assert made.tags.count("style") == honest.tags.count("style") == 1
        assert made.attributes == honest.attributes
        assert re.sub(r"\s+", " ", words) in made.text
        assert words in unescape(page)
        assert "49" not in page


def test_the_page_loads_nothing_and_runs_nothing():
    page = page_of(RESULT, TITLE)
    assert "default-src 'none'; style-src 'unsafe-inline'" in page
    made = Page(page)
    assert not {"script", "link", "img", "iframe", "a"} & set(made.tags)
    assert not {"src", "href", "style", "onload"} & made.attributes


@pytest.mark.parametrize("name", HONEST)
def test_names_of_every_script_stay_as_they_are(name: str, tmp_path: Path):
    assert cleaned(name) == name
    assert f"<bdi>{name}</bdi>" in unescape(page_of(replace(RESULT, student=name), TITLE))
    write_table([replace(RESULT, student=name)], tmp_path / "marks.csv")
    assert table_in(tmp_path / "marks.csv")[0]["student"] == name


@pytest.mark.parametrize("sign", DISHONEST, ids=ascii)
def test_what_cannot_be_seen_is_a_box(sign: str):
    assert cleaned(f"a{sign}b").count("□") == 1
    words = f"first {sign} line\nsecond {sign}{sign}"
    given = replace(RESULT, student=f"x{sign}", marks=(replace(LOST, words=words),))
    page = page_of(given, f"title {sign}")
    assert sign not in page
    text = Page(page).text
    assert f"first □{re.sub(r'^.', '', sign) if len(sign) > 1 else ''} line" in text
    page.encode()


def test_a_long_line_is_whole():
    line = "x" * 500
    assert line in page_of(replace(RESULT, marks=(replace(LOST, words=line),)), TITLE)


@pytest.mark.parametrize("student", ["Anna", "O'Brien; --", "نسیم‌جان", "<b>", "50%"])
def test_a_report_stands_in_the_students_folder(student: str, tmp_path: Path):
    write_report(replace(RESULT, student=student), tmp_path, TITLE)
    [path] = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert path == tmp_path / "reports" / student / f"{NAME}.html"
    assert path.read_text("utf-8") == page_of(replace(RESULT, student=student), TITLE)


@pytest.mark.parametrize(
    "student", ["..", ".", "", "../x", "a/b", "/x", "a/../../x", "../../reports/x"]
)
def test_names_that_lead_elsewhere_are_refused(student: str, tmp_path: Path):
    folder = tmp_path / "deep" / "output"
    with pytest.raises(ValueError, match="is no name of a folder"):
        write_report(replace(RESULT, student=student), folder, TITLE)
    assert list(tmp_path.iterdir()) == []


# --- The table ------------------------------------------------------------------------------------


def table_in(path: Path) -> list[dict[str, str]]:
    """Read a table as a spreadsheet does."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def test_the_table_has_a_row_for_each_result_in_order(tmp_path: Path):
    path = tmp_path / "new" / "marks.csv"
    other = replace(RESULT, student="Zoë", marks=(RIGHT, RIGHT))
    early = replace(RESULT, assignment="05_averages", status="refused", reason="It is, as it is.")
    write_table([other, RESULT, early], path)
    assert path.read_bytes().startswith(b"\xef\xbb\xbf")  # by which spreadsheets know the encoding
    rows = table_in(path)
    assert tuple(rows[0]) == COLUMNS
    assert [(row["assignment"], row["student"]) for row in rows] == [
        ("05_averages", "Anna"),
        (NAME, "Anna"),
        (NAME, "Zoë"),
    ]
    assert rows[0]["reason"] == "It is, as it is."
    assert (rows[1]["points"], rows[1]["highest"], rows[1]["by hand"]) == ("2.5", "9", "yes")
    assert rows[1]["not right"] == (
        "test-momentum-run: The velocity is lost.; test-calm: Half of it."
    )
    assert (rows[2]["points"], rows[2]["by hand"], rows[2]["not right"]) == ("2", "no", "")


CAUSE = "Cell 3 stopped with ModuleNotFoundError: torch is not there when work is marked."
FOLLOWS = "line_loss is not there.\nThat follows from what came first, in cell 3."


def test_what_came_first_stands_once_in_the_table_and_on_the_page(tmp_path: Path):
    marks = tuple(replace(LOST, name=f"test-{name}", words=FOLLOWS) for name in ("one", "two"))
    cause = (
        f"{CAUSE}\nCell 3, counted from the top with the texts, begins with:\n    import <torch>"
    )
    given = replace(RESULT, marks=marks, reason="0 of 6 points.", causes=(cause, "Another.\nMore"))
    write_table([given], tmp_path / "marks.csv")
    [row] = table_in(tmp_path / "marks.csv")
    assert row["reason"] == f"0 of 6 points. {CAUSE} Another."
    assert (
        row["not right"] == "test-one: line_loss is not there.; test-two: line_loss is not there."
    )
    page = page_of(given, TITLE)
    assert '<p class="line code" dir="auto">import &lt;torch&gt;</p>' in page
    text = Page(page).text
    assert text.count(CAUSE) == 1
    assert text.index("First of all") < text.index(CAUSE) < text.index("Another. More")
    assert text.index("More") < text.index("Begin with what is said first, above")


@pytest.mark.parametrize("words", HOSTILE)
def test_what_came_first_stays_words(words: str, tmp_path: Path):
    for status in ("marked", "stopped"):
        said = f"{words}\n    {words}\n{words}"
        page = page_of(replace(RESULT, status=status, causes=(said,)), TITLE)  # type: ignore[arg-type]
        assert set(Page(page).tags) <= {*Page(page_of(RESULT, TITLE)).tags, "div", "h2"}
        assert words in unescape(page)
    write_table([replace(RESULT, reason="", causes=(f"=1+1;{words};=2",))], tmp_path / "marks.csv")
    [row] = table_in(tmp_path / "marks.csv")
    assert row["reason"].startswith("'=1+1")
    assert row["reason"].endswith(";'=2")


@pytest.mark.parametrize(
    "formula",
    [
        "=1+1",
        '=cmd|"/c calc"!A1',
        "+1",
        "-1+1",
        "@SUM(1)",
        "\t=1",
        "\r=1",
        "  =1",
        "\n=1",
        "\uff1d1+1",
        "x;=1+1",
        "x;\t@A1",
    ],
)
def test_a_spreadsheet_calculates_nothing(formula: str, tmp_path: Path):
    marks = (replace(LOST, words=f"{formula}\nmore"), replace(PARTLY, words=formula))
    given = replace(RESULT, student=formula, reason=formula, marks=marks)
    write_table([given], tmp_path / "marks.csv")
    [row] = table_in(tmp_path / "marks.csv")
    for cell in row.values():
        for piece in cell.split(";"):
            assert not re.match(r"\s*[=+\-@\uff1d]", piece), cell
            assert "\n" not in piece
    assert "'" in row["student"] or "□" in row["student"]


def test_numbers_below_zero_are_no_formulas(tmp_path: Path):
    words = "expected [-0.3, -1], got a = -b; then x = 1"
    write_table([replace(RESULT, marks=(replace(LOST, words=words),))], tmp_path / "marks.csv")
    assert table_in(tmp_path / "marks.csv")[0]["not right"] == f"test-momentum-run: {words}"


def test_words_may_be_empty(tmp_path: Path):
    given = replace(RESULT, marks=(replace(LOST, words=""),))
    write_table([given], tmp_path / "marks.csv")
    assert table_in(tmp_path / "marks.csv")[0]["not right"] == "test-momentum-run: "
    assert "0 of 3 points" in Page(page_of(given, TITLE)).text


# --- Files ----------------------------------------------------------------------------------------


def test_a_file_is_replaced(tmp_path: Path):
    path = tmp_path / "a" / "b" / "file"
    for content in (b"one", b"another"):
        write_whole(path, content)
        assert path.read_bytes() == content
    assert list(path.parent.iterdir()) == [path]


def test_who_reads_what_stood_there_reads_it_to_the_end(tmp_path: Path):
    path = tmp_path / "file"
    write_whole(path, b"what stood there")
    with path.open("rb") as reading:
        write_whole(path, b"another")
        assert reading.read() == b"what stood there"
    assert path.read_bytes() == b"another"


def test_a_new_file_is_for_whom_the_system_says_and_stays_so(tmp_path: Path):
    path = tmp_path / "file"
    for mask in (0o027, 0o077):
        before = os.umask(mask)
        try:
            write_whole(path, b"for the group")
        finally:
            os.umask(before)
        assert path.stat().st_mode & 0o777 == 0o640


@pytest.mark.parametrize("old", [None, b"what stood there"])
def test_an_error_of_the_disk_leaves_no_half_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, old: bytes | None
):
    path = tmp_path / "file"
    if old:
        path.write_bytes(old)

    def full(descriptor: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space left on device"):
        write_whole(path, b"new")
    assert [each.read_bytes() for each in tmp_path.iterdir()] == ([old] if old else [])


FULL = r"cannot be written \(No space left on device\)\. Make room for it, or allow it, and start"


def no_room(*_: object) -> None:
    """Write where the disk is full."""
    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def publish(folder: Path, journal: Journal, result: Result) -> None:
    """Write all that is read of a result."""
    sources = {slug_of(source): source for source in solutions()}
    publishing.publish(folder, sources, journal, [key_of(result)], Ledger())


@pytest.mark.parametrize("writer", ["write_table", "write_report", "write_overviews", "Book"])
def test_a_full_disk_is_told_with_what_to_do(
    writer: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(publishing, writer, no_room)
    source = solutions()[0]
    result = replace(RESULT, assignment=slug_of(source))
    place = {"write_table": tmp_path / "marks.csv", "write_report": tmp_path / "reports"}
    place["write_overviews"] = tmp_path / "class.html"
    words = f"^{re.escape(str(place.get(writer, tmp_path)))} {FULL}"
    with Journal(tmp_path / "journal.sqlite") as journal:
        journal.add(result)
        if writer == "Book":
            with pytest.raises(MarkingError, match=words):
                publishing.settle(tmp_path, journal, publishing.News())
        else:
            with pytest.raises(MarkingError, match=words):
                publish(tmp_path, journal, result)


def test_a_name_under_which_nothing_can_be_kept_gets_no_page(tmp_path: Path):
    source = solutions()[0]
    result = replace(RESULT, student="../Anna", assignment=slug_of(source))
    (tmp_path / "out").mkdir()
    with Journal(tmp_path / "journal.sqlite") as journal:
        journal.add(result)
        publish(tmp_path / "out", journal, result)
    written = {path.name for path in (tmp_path / "out").rglob("*")}
    assert written == {"marks.csv", "class.csv", "class.html"}
    assert not (tmp_path / "Anna").exists()


def test_a_file_in_the_place_of_a_folder_is_told(tmp_path: Path):
    (tmp_path / "reports").write_bytes(b"")
    source = solutions()[0]
    result = replace(RESULT, assignment=slug_of(source))
    with Journal(tmp_path / "journal.sqlite") as journal:
        journal.add(result)
        with pytest.raises(MarkingError, match=r"reports cannot be written \(Not a directory\)"):
            publish(tmp_path, journal, result)


@pytest.mark.sandbox
def test_an_output_folder_that_cannot_be_is_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    hand_in_all(tmp_path / "in", 1, solutions()[:1])
    (tmp_path / "out").write_bytes(b"")
    assert command_line.main([str(tmp_path / "in"), "--output", str(tmp_path / "out")]) == 1
    assert "out cannot be written (File exists). Make room" in capsys.readouterr().err


WRITES = """
import sys
from pathlib import Path
from course_tools.files import write_whole

print("begun", flush=True)
for number in range(1_000_000):
    write_whole(Path(sys.argv[1]), bytes([number % 256]) * 3_000_000)
"""


def test_a_kill_leaves_a_whole_file(tmp_path: Path):
    path = tmp_path / "file"
    write_whole(path, b"\x00" * 3_000_000)
    for _ in range(3):
        process = subprocess.Popen(
            [sys.executable, "-c", WRITES, str(path)],
            env=os.environ | {"PYTHONPATH": str(ROOT)},
            stdout=subprocess.PIPE,
        )
        assert process.stdout
        process.stdout.readline()
        with pytest.raises(subprocess.TimeoutExpired):
            process.wait(0.1)
        process.send_signal(signal.SIGKILL)
        process.communicate()
        content = path.read_bytes()
        assert len(content) == 3_000_000
        assert len(set(content)) == 1
        assert {each.name for each in tmp_path.iterdir()} <= {"file", ".new-file"}
    write_whole(path, b"whole")
    assert list(tmp_path.iterdir()) == [path]
