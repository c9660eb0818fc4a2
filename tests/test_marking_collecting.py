"""Whatever lies among the submissions is marked, or listed with its reason."""

from __future__ import annotations

from pathlib import Path

import pytest
from marking_class import grade, journal_of, needs_bubblewrap
from marking_lying import FILE, LINE, MOMENTUM, Lies, everything, right, zip_of

from course_tools.files import ROOT
from course_tools.marking.assignments import every_assignment
from course_tools.marking.collecting.finding import find
from course_tools.marking.collecting.reading import content_of
from course_tools.marking.collecting.search import CLAIMED
from course_tools.marking.submissions import Found, Listed, RefusedError, Submission
from course_tools.marking.understanding import notebook_of
from course_tools.notebooks.course import EXERCISE, SOLUTION

KNOWN = every_assignment(ROOT / "solutions")
CLASS = everything()
FORGED = f"Anna_7_assignsubmission_file_/{FILE}"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The class's folder."""
    folder = tmp_path_factory.mktemp("class")
    for each in CLASS:
        each.lay(folder)
    return folder


@pytest.fixture(scope="module")
def found(folder: Path) -> Found:
    """What was found in it."""
    return find(folder, "", KNOWN)


def lies_at(name: str, own: str) -> bool:
    """Whether a name is that of a thing, of what it is in, or of what is in it."""
    own = own.rstrip("/")
    return name == own or own.startswith(f"{name}/") or name.startswith((f"{own}/", f"{own} and"))


def submission_of(found: Found, student: str, assignment: str = MOMENTUM) -> Submission:
    """The one submission of a student."""
    (one,) = [s for s in found.submissions if (s.student, s.assignment) == (student, assignment)]
    return one


def listed_at(found: Found, name: str) -> list[Listed]:
    """What is listed of a thing."""
    return [each for each in found.listed if lies_at(each.name, name)]


def lay(folder: Path, **content: bytes) -> Path:
    """Put files into a folder."""
    for name, each in content.items():
        Lies(name, each).lay(folder)
    return folder


# --- The class ------------------------------------------------------------------------------------


def test_it_is_a_class_of_120():
    assert len({each.student for each in CLASS if each.student}) == 120


@pytest.mark.parametrize(
    "each", [e for e in CLASS if e.becomes in ("marked", "refused")], ids=lambda each: each.name
)
def test_what_can_be_marked_is_found_and_read(each: Lies, folder: Path, found: Found):
    submission = submission_of(found, each.student, each.assignment)
    assert lies_at(submission.path.relative_to(folder).as_posix(), each.name)
    if each.becomes == "marked":
        cells = notebook_of(content_of(submission, folder)).cells
        assert [cell.source for cell in cells] == [
            cell.source for cell in notebook_of(right(where_from(each))).cells
        ]
    else:
        with pytest.raises(RefusedError, match=each.says):
            notebook_of(content_of(submission, folder))


def where_from(each: Lies) -> str:
    """Tell whose solution was handed in."""
    return LINE if each.content == right(LINE) else MOMENTUM


@pytest.mark.parametrize(
    "each",
    [e for e in CLASS if e.becomes not in ("marked", "refused", "quiet")],
    ids=lambda each: each.name,
)
def test_the_rest_is_listed_with_its_reason(each: Lies, found: Found):
    (one,) = listed_at(found, each.name)
    assert (one.student, one.status) == (each.student, each.becomes)
    assert each.says in one.reason


def test_nothing_vanishes_and_nothing_is_made_up(folder: Path, found: Found):
    theirs = {(e.student, e.assignment) for e in CLASS if e.becomes in ("marked", "refused")}
    in_zip = {("Zoë O'Neil", MOMENTUM)}  # lies openly as well, and that counts
    assert {(s.student, s.assignment) for s in found.submissions} == theirs | in_zip
    wanted = {e.name for e in CLASS if e.becomes not in ("marked", "refused", "quiet")}
    for one in found.listed:
        assert any(lies_at(one.name, name) for name in wanted) or "Zoë" in one.student
    assert found.quiet == {"hidden files of systems and editors": 6}
    assert "Wei Li (301), Wei Li (302)" in found.notes[0]


def test_exports_say_who_and_when(found: Found):
    moodle = submission_of(found, "Wei Li (302)")
    assert (moodle.identity, moodle.attempt, moodle.handed_in) == ("302", "", None)
    canvas = submission_of(found, "odayeva")
    assert (canvas.identity, canvas.attempt, canvas.handed_in) == ("12346", "LATE 67891", None)
    blackboard = submission_of(found, "lee7")
    assert (blackboard.identity, blackboard.attempt) == ("lee7", "2026-11-20-11-11-12")
    earlier = submission_of(found, "vanes")
    assert blackboard.handed_in is not None
    assert earlier.handed_in is not None
    assert blackboard.handed_in - earlier.handed_in == 3600


def test_nbgrader_and_files_say_when(found: Found):
    assert submission_of(found, "anna").handed_in == 1_795_169_472
    assert submission_of(found, "lab").handed_in == 1_795_000_000


# --- Zips -----------------------------------------------------------------------------------------


def test_the_folder_may_be_a_zip(folder: Path, found: Found, tmp_path: Path):
    files = [path for path in folder.rglob("*") if path.is_file()]
    for base in ("", "submitted/"):
        whole = tmp_path / f"{len(base)}.zip"
        names = {base + path.relative_to(folder).as_posix(): path for path in files}
        whole.write_bytes(zip_of({name: path.read_bytes() for name, path in names.items()}))
        within = find(whole, "", KNOWN)
        missing = {(s.student, s.assignment) for s in found.submissions} - {
            (s.student, s.assignment) for s in within.submissions
        }
        assert {student for student, _ in missing} <= {"empty", "file"}, "there are no folders"
        for submission in within.submissions:
            if submission.student not in ("bomb", "locked", "no-notebook"):
                assert content_of(submission, whole)


def test_a_student_may_hand_in_the_whole_course(tmp_path: Path):
    files = {
        f"my_course/exercises/{MOMENTUM}/{FILE}": right(),
        f"my_course/exercises/{LINE}/{EXERCISE}{LINE}.ipynb": right(LINE),
        f"my_course/solutions/{MOMENTUM}/{SOLUTION}{MOMENTUM}.ipynb": b"not this one",
        f"my_course/notebooks/{MOMENTUM}.ipynb": b"nor this one",
    }
    folder = lay(tmp_path, **{"anna.zip": zip_of(files)})
    found = find(folder, "", KNOWN)
    assert [(each.student, each.assignment) for each in found.submissions] == [
        ("anna", LINE),
        ("anna", MOMENTUM),
    ]
    assert all(content_of(each, folder).startswith(b"{") for each in found.submissions)
    assert [each.status for each in found.listed] == ["beside", "beside"]


def test_a_name_that_leads_elsewhere_is_listed(tmp_path: Path):
    bad = {f"../{FILE}": right(), f"../Anna_7_assignsubmission_file_/{FILE}": right()}
    whole = tmp_path / "in.zip"
    whole.write_bytes(zip_of({f"bob/{FILE}": right()} | bad))
    found = find(whole, "", KNOWN)
    assert [each.student for each in found.submissions] == ["bob"]
    assert sorted(each.name for each in found.unmarked) == sorted(bad)
    assert all("leads elsewhere" in each.reason for each in found.unmarked)


def test_a_zip_of_a_student_hands_in_for_nobody_else(tmp_path: Path):
    folder = lay(
        tmp_path, **{"eve.zip": zip_of({FORGED: right()}), "bob.zip": zip_of({FILE: right()})}
    )
    found = find(folder, "", KNOWN)
    assert [each.student for each in found.submissions] == ["bob"]
    assert [(each.name, each.reason) for each in found.unmarked] == [("eve.zip", CLAIMED)]
    inside = lay(tmp_path / "in", **{f"eve/{MOMENTUM}/{FORGED}": right()})
    assert [each.student for each in find(inside, "", KNOWN).submissions] == ["eve"]
    packed = lay(tmp_path / "packed", **{f"eve_123_456_{MOMENTUM}.zip": zip_of({FORGED: right()})})
    assert [each.student for each in find(packed, "", KNOWN).submissions] == ["eve"]


def test_what_lies_openly_comes_before_a_zip(tmp_path: Path):
    folder = lay(tmp_path, **{"Anna.ipynb": right(), "eve.zip": zip_of({FORGED: right()})})
    found = find(folder, "", KNOWN)
    (one,) = found.submissions
    assert one.path.name == "Anna.ipynb"
    assert [each.name for each in found.listed] == [f"eve.zip/{FORGED}"]


def test_a_folder_of_one_students_hands_in_for_nobody_else(tmp_path: Path):
    folder = lay(tmp_path, **{f"eve/{FORGED}": right(), f"bob/{MOMENTUM}/{FILE}": right()})
    found = find(folder, "", KNOWN)
    assert [each.student for each in found.submissions] == ["bob"]
    assert [(each.name, each.reason) for each in found.unmarked] == [("eve", CLAIMED)]


def test_exports_of_several_assignments_lie_in_folders(tmp_path: Path):
    folder = lay(
        tmp_path,
        **{
            f"{LINE}/Wei Li_5_assignsubmission_file_/answer.ipynb": right(LINE),
            f"{MOMENTUM}/Wei Li_6_assignsubmission_file_/answer.ipynb": right(),
            f"{MOMENTUM}.zip": zip_of({f"Ute_7_assignsubmission_file_/{LINE}.ipynb": right()}),
        },
    )
    found = find(folder, "", KNOWN)
    assert [(each.student, each.assignment, each.identity) for each in found.submissions] == [
        ("Wei Li", LINE, "5"),
        ("Ute", MOMENTUM, "7"),
        ("Wei Li", MOMENTUM, "6"),
    ]


def test_of_two_downloads_the_later_one_counts(tmp_path: Path):
    for number, day in enumerate(("old", "new")):
        name = f"{day}/kim_12345_{67890 + number}_{FILE}"
        lay(tmp_path, **{name: right() + b" " * number})
    found = find(tmp_path, "", KNOWN)
    (one,) = found.submissions
    assert one.attempt == "67891"
    assert [(each.status, each.name) for each in found.listed] == [
        ("earlier", f"old/kim_12345_67890_{FILE}")
    ]


# --- One assignment -------------------------------------------------------------------------------


def test_one_assignment_may_be_asked_for(found: Found, folder: Path):
    asked = find(folder, LINE, KNOWN)
    assert {each.assignment for each in asked.submissions} == {LINE}
    assert {"anna", "李雷", "unclear"} <= {each.student for each in asked.submissions}
    (wrong,) = [each for each in asked.unmarked if each.student == "kimjo"]
    assert f"Its name says {MOMENTUM}, and {LINE} is marked" in wrong.reason


def test_what_is_not_asked_for_is_counted(tmp_path: Path):
    folder = lay(
        tmp_path,
        **{f"anna/{name}/exercise_{name}.ipynb": right(name) for name in (LINE, MOMENTUM)},
    )
    found = find(folder, LINE, KNOWN)
    assert [each.assignment for each in found.submissions] == [LINE]
    assert found.listed == []
    assert found.quiet == {"of assignments that are not asked for": 1}


def test_a_notebook_with_a_students_name_is_for_what_is_asked(tmp_path: Path):
    folder = lay(tmp_path, **{"anna.ipynb": right(LINE), "bob.ipynb": b"{}"})
    found = find(folder, MOMENTUM, KNOWN)
    assert [(each.student, each.assignment) for each in found.submissions] == [
        ("anna", MOMENTUM),
        ("bob", MOMENTUM),
    ]


# --- The command ----------------------------------------------------------------------------------

ROSTER = """\
Student,ID,SIS Login ID,Momentum (12)
    Points Possible,,,7
"Li, Wei",301,wli,
"Jo, Kim",12345,kjo,
"Ost, Ned",77,nost,
"""


@needs_bubblewrap
@pytest.mark.sandbox
def test_the_command_marks_a_zip_and_says_what_it_does_not(tmp_path: Path):
    (tmp_path / "roster.csv").write_text(ROSTER, "utf-8")
    (tmp_path / "in.zip").write_bytes(
        zip_of({
            f"Wei Li_301_assignsubmission_file_/{FILE}": right(),
            f"Ute Ost_302_assignsubmission_file_/{MOMENTUM} (1).ipynb": b"\xef\xbb\xbf" + right(),
            "Kim Jo_303_assignsubmission_file_/report.pdf": b"x",
            ".DS_Store": b"x",
        })
    )  # fmt: skip
    roster = f"--roster={tmp_path / 'roster.csv'}"
    done = grade(tmp_path / "in.zip", tmp_path / "out", roster, "--workers=1")
    assert done.returncode == 1, "a notebook is missing"
    assert "2 of 2 submissions have a mark or a reason: 2 marked" in done.stdout
    assert "1 of the roster handed in nothing, 1 not on the roster, 1 hidden files" in done.stdout
    assert "Not marked: 1." in done.stdout
    assert "Kim Jo_303_assignsubmission_file_: There is no notebook (.ipynb)" in done.stdout
    assert {each.student: each.points for each in journal_of(tmp_path / "out")} == {
        "Wei Li": 7,
        "Ute Ost": 7,
    }
