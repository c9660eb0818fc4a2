"""What names say: a notebook or none, of which assignment, whose, and when; and the roster."""

from __future__ import annotations

import time
from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from course_tools.files import ROOT
from course_tools.marking.assignments import every_assignment
from course_tools.marking.collecting.exports import Owner, owner_in
from course_tools.marking.collecting.layouts import rest_of
from course_tools.marking.collecting.names import assignment_of, is_notebook, is_systems, stem_of
from course_tools.marking.collecting.roster import read_roster, with_roster
from course_tools.marking.collecting.stamps import stamp
from course_tools.marking.results import MarkingError
from course_tools.marking.submissions import Found, Listed, Submission

KNOWN = every_assignment(ROOT / "solutions")
LINE, MOMENTUM = "01_line_and_loss", "06_momentum"

# --- Notebooks ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "stem"),
    [
        ("a.ipynb", "a"),
        ("a.b.IPYNB", "a.b"),
        ("a.ipynb.txt", "a"),
        ("a.ipynb.json", "a"),
        ("a.ipynb (1)", "a (1)"),
        ("a (1).ipynb", "a (1)"),
    ],
)
def test_notebooks_are_told_by_their_endings(name: str, stem: str):
    assert is_notebook(name)
    assert stem_of(name) == stem


@pytest.mark.parametrize("name", ["a.txt", "ipynb", "a.ipynb.pdf", "a.ipynb~", "a.ipynb.zip"])
def test_other_files_are_none(name: str):
    assert not is_notebook(name)


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("06_momentum.ipynb", (MOMENTUM, 0)),
        ("exercise_06_momentum.ipynb", (MOMENTUM, 0)),
        ("Exercise 06 Momentum.IPYNB", (MOMENTUM, 0)),
        ("06-momentum", (MOMENTUM, 0)),
        ("06_momentum (1).ipynb", (MOMENTUM, 1)),
        ("exercise_06_momentum(12).ipynb", (MOMENTUM, 12)),
        ("exercise_06_momentum-Copy3.ipynb", (MOMENTUM, 3)),
        ("exercise_06_momentum - Copy.ipynb", (MOMENTUM, 1)),
        ("exercise_06_momentum - Copy (2).ipynb", (MOMENTUM, 2)),
        ("exercise_06_momentum copy 4.ipynb", (MOMENTUM, 4)),
        ("exercise_06_momentum-2.ipynb", (MOMENTUM, 2)),
        ("exercise_06_momentum.new-version.ipynb", (MOMENTUM, 1)),
        ("exercise_06_momentum.new-version-2.ipynb", (MOMENTUM, 2)),
        ("exercise_06_momentum-Copy1 (1).ipynb", (MOMENTUM, 1)),
        ("Anna Meyer 06_momentum final.ipynb", (MOMENTUM, 1)),
        ("06_momentum and 01_line_and_loss.ipynb", None),
        ("106_momentum.ipynb", None),
        ("06_momentums.ipynb", None),
        ("momentum.ipynb", None),
        (" (1).ipynb", None),
        (".ipynb", None),
    ],
)
def test_a_name_says_its_assignment(name: str, said: tuple[str, int] | None):
    assert assignment_of(name, KNOWN) == said


@pytest.mark.parametrize(
    ("stem", "rest"),
    [
        ("meyer_06_momentum", "meyer"),
        ("exercise_06_momentum_meyer", "meyer"),
        ("06 Momentum (Zoë)", "(Zoë)"),
        ("06_momentum", ""),
        ("06_momentum (1)", ""),
        ("exercise_06_momentum-2", ""),
        ("meyer", "meyer"),
    ],
)
def test_what_is_left_of_a_name_is_the_students(stem: str, rest: str):
    assert rest_of(stem, MOMENTUM) == rest


def test_a_systems_own_files_are_told():
    assert all(map(is_systems, (".DS_Store", "__MACOSX", "._a.ipynb", "Thumbs.db", "~$a.docx")))
    assert not any(map(is_systems, ("anna", ".hidden", "DS_Store", "a._b")))


# --- Exports --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "owner"),
    [
        ("Zoë O'Neil_12_assignsubmission_file_", ("Moodle", "Zoë O'Neil", "12", "", "", "")),
        ("Zoë O'Neil_12_assignsubmission_file", ("Moodle", "Zoë O'Neil", "12", "", "", "")),
        ("Group A_assignsubmission_file_", ("Moodle", "Group A", "", "", "", "")),
        ("A B_12_assignsubmission_file_a_b.ipynb", ("Moodle", "A B", "12", "", "a_b.ipynb", "")),
        ("A B_12_assignsubmission_onlinetext_", ("Moodle", "A B", "12", "", "", "onlinetext")),
        ("lipo_123_4567_a_b.ipynb", ("Canvas", "lipo", "123", "4567", "a_b.ipynb", "")),
        ("li_po_LATE_123_4567_a.ipynb", ("Canvas", "li_po", "123", "LATE 4567", "a.ipynb", "")),
        ("李雷_123_4567_a.ipynb", ("Canvas", "李雷", "123", "4567", "a.ipynb", "")),
        ("anon_x1Y2z_4567_a.ipynb", ("Canvas", "anon_x1Y2z", "anon_x1Y2z", "4567", "a.ipynb", "")),
        ("LATE_anon_x1Y2z_4567_a.ipynb",
         ("Canvas", "anon_x1Y2z", "anon_x1Y2z", "LATE 4567", "a.ipynb", "")),
        ("lipo_123_text.html", ("Canvas", "lipo", "123", "", "", "text")),
        ("Ex_6_s1@x.edu_attempt_2026-11-20-10-11-12_a_b.ipynb",
         ("Blackboard", "s1@x.edu", "s1@x.edu", "2026-11-20-10-11-12", "a_b.ipynb", "")),
        ("Ex 6_s1_Versuch_2026-11-20-10-11-12.txt",
         ("Blackboard", "s1", "s1", "2026-11-20-10-11-12", "", "about")),
    ],
)  # fmt: skip
def test_an_exports_name_is_read(name: str, owner: tuple[str, ...]):
    found = owner_in(name)
    assert found
    read = (found.platform, found.student, found.identity, found.attempt, found.file, found.kind)
    assert read == owner


@pytest.mark.parametrize(
    "name",
    [
        "anna",
        "anna.ipynb",
        "06_momentum.ipynb",
        "exercise_06_momentum.ipynb",
        "anna_2026_11_06_momentum.ipynb",
        "Anna_123_4567_a.ipynb",
        "Ex_s1_attempt_2026-99-20-10-11-12_a.ipynb",
        "_assignsubmission_file_",
    ],
)
def test_other_names_are_no_exports(name: str):
    assert owner_in(name) is None


def test_an_attempt_has_the_time_of_this_machines_clock():
    found = owner_in("E_s_attempt_2026-11-20-10-11-12_a.ipynb")
    assert found
    assert found.handed_in == time.mktime((2026, 11, 20, 10, 11, 12, 0, 0, -1))


@given(st.text(st.sampled_from("aZ_09-.() é\n+/") | st.characters(exclude_categories=["Cs"])))
def test_every_name_is_read_or_is_none(text: str):
    for name in (
        text,
        f"{text}_12_assignsubmission_file_{text}",
        f"{text}_123_456_{text}.ipynb",
        f"x_{text}_attempt_2026-11-20-10-11-12_{text}",
        f"{text}06_momentum{text}.ipynb",
    ):
        owner = owner_in(name)
        assert owner is None or owner.student
        said = assignment_of(name, KNOWN)
        assert said is None or said[0] in KNOWN
        assert rest_of(name, MOMENTUM) in ("", *substrings(name))


def substrings(name: str) -> Sequence[str]:
    """Texts that a name can be cut down to."""
    head, _, tail = name.rpartition("06_momentum")
    both = (head.strip(" _-"), tail.strip(" _-"))
    return [name, *both, " ".join(both), rest_of(name, MOMENTUM)]


# --- Times ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("2026-11-20 10:11:12.500000 UTC", 1_795_169_472.5),
        ("2026-11-20 10:11:12 UTC\n", 1_795_169_472),
        ("2026-11-20 10:11:12", 1_795_169_472),
        ("2026-11-20 11:11:12 +01:00", 1_795_169_472),
        ("2026-11-20 11:11:12+01:00", 1_795_169_472),
        ("2026-11-20 11:11:12 Europe/Berlin", 1_795_169_472),
        ("yesterday", None),
        ("2026-11-20 11:11:12 Nowhere/Land", None),
        ("2026-11-20 11:11:12 ../../etc/passwd", None),
        ("2026-11-20 11:11:12 \0", None),
        ("", None),
    ],
)
def test_nbgraders_time_is_read(text: str, seconds: float | None):
    assert stamp(text) == seconds


# --- The roster -----------------------------------------------------------------------------------


def found_of(*students: tuple[str, str], listed: Sequence[Listed] = ()) -> Found:
    """What students have handed in, with what an export calls them."""
    submissions = [
        Submission(name, MOMENTUM, Path(f"{name}.ipynb"), identity=identity)
        for name, identity in students
    ]
    return Found(submissions, list(listed))


def added(tmp_path: Path, content: str | bytes, found: Found, column: str = "") -> list[str]:
    """Tell what a roster adds: whom, and as what."""
    path = tmp_path / "roster.csv"
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    more = with_roster(found, read_roster(path, column), [MOMENTUM])
    return [f"{each.student}: {each.status}" for each in more.listed[len(found.listed) :]]


CANVAS = """\
Student,ID,SIS User ID,SIS Login ID,Section,Momentum (99)
    Points Possible,,,,,7.00
"Li, Po",123,s1,lipo,A,
"Meyer, Anna",124,s2,ameyer,A,
"Student, Test",125,,abc,A,
"""
MOODLE = """\
Identifier,"Full name","ID number","Email address",Status,Grade
"Participant 12","Po Li",s1,po@x.edu,Submitted,
"Participant 13","Anna Meyer",s2,anna@x.edu,"No submission",
"""
BLACKBOARD = '"Last Name"\t"First Name"\t"Username"\t"Student ID"\n"Li"\t"Po"\t"s1"\t"1"\n' + (
    '"Meyer"\t"Anna"\t"s2"\t"2"\n'
)
GERMAN = "Nachname;Vorname;E-Mail\nLi;Po;po@x.edu\nMeyer;Anna;anna@x.edu\n"


@pytest.mark.parametrize(
    ("content", "student"),
    [
        (CANVAS, ("lipo", "123")),
        (CANVAS, ("lipo", "")),
        (CANVAS, ("Po Li", "")),
        (CANVAS, ("s1", "s1")),
        (MOODLE, ("Po Li", "12")),
        (MOODLE, ("PO LI", "")),
        (MOODLE, ("po", "")),
        (MOODLE, ("po@x.edu", "")),
        (BLACKBOARD, ("s1", "s1")),
        (BLACKBOARD, ("Li, Po", "")),
        (BLACKBOARD.encode("utf-16"), ("s1", "s1")),
        (GERMAN, ("po li", "")),
        (GERMAN.replace("Po", "Zoë").encode("cp1252"), ("Zoe\u0308 Li", "")),
        (b"\xef\xbb\xbf" + MOODLE.encode(), ("Po Li", "12")),
    ],
)
def test_a_roster_says_who_handed_in_nothing(
    content: str | bytes, student: tuple[str, str], tmp_path: Path
):
    (one,) = added(tmp_path, content, found_of(student))
    assert one.endswith(": nothing handed in")
    assert "Anna" in one or "Meyer" in one


def test_a_roster_says_who_is_not_on_it(tmp_path: Path):
    said = added(tmp_path, CANVAS, found_of(("lipo", "123"), ("eve", "9"), ("ameyer", "")))
    assert said == ["eve: not on the roster"]


def test_whoever_handed_in_something_else_has_not_handed_in_nothing(tmp_path: Path):
    report = Listed("x/report.pdf", "Anna Meyer", "", "No notebook.")
    assert added(tmp_path, MOODLE, found_of(("Po Li", "12"), listed=[report])) == []


def test_two_of_one_name_are_two(tmp_path: Path):
    content = "Full name,Identifier\nWei Li,Participant 1\nWei Li,Participant 2\n"
    both = found_of(("Wei Li (1)", "1"), ("Wei Li (2)", "2"))
    assert added(tmp_path, content, both) == []
    path = tmp_path / "roster.csv"
    one = with_roster(found_of(("Wei Li", "")), read_roster(path), [MOMENTUM])
    (left,) = one.listed
    assert left.student == "Wei Li"
    assert "Several on the roster have this name" in left.reason


def test_a_column_may_be_named(tmp_path: Path):
    content = "Kennung,Name\nk1,Po Li\nk2,Anna Meyer\n"
    assert added(tmp_path, content, found_of(("k1", "")), "kennung") == ["k2: nothing handed in"]


@pytest.mark.parametrize(
    ("content", "column", "words"),
    [
        (None, "", "cannot be read (No such file or directory). Give a table"),
        (b"PK\x03\x04", "", "Save it as .csv"),
        (b"", "", "no column that is known"),
        (b"Colour,Shape\nred,round\n", "", "There are: 'Colour', 'Shape'. Name one"),
        (b"Name\nAnna\n", "Kennung", "has no column 'Kennung'. There are: 'Name'"),
        (b"Name\n", "", "names no student below its headings"),
    ],
)
def test_what_is_no_roster_is_refused(
    content: bytes | None, column: str, words: str, tmp_path: Path
):
    path = tmp_path / "roster.csv"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(MarkingError) as caught:
        read_roster(path, column)
    assert words in str(caught.value)


def test_owners_without_an_export_have_no_attempt():
    assert Owner("anna").order == (0, "")
    assert Owner("a", attempt="99").order < Owner("a", attempt="100").order
