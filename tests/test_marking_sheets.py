"""A filled table is the table that was given, but for the cells that were to be filled."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from course_tools.marking.records.filling import Filled, Way, fill, place_for
from course_tools.marking.records.people import Person, learn
from course_tools.marking.records.sheets import Sheet, read_sheet
from course_tools.marking.results import MarkingError

NAME, TITLE = "06_momentum", "Exercise 6 · Momentum"

CANVAS = (
    "\ufeffStudent,ID,SIS User ID,SIS Login ID,Section,06 Momentum (1234),Quiz (99),Final Score\r\n"
    "    Points Possible,,,,,20,5,(read only)\r\n"
    '"Berg, Anna",101,u1,anna@uni.de,"One, ""A""",,4,87.5\r\n'
    '"O\'Brien, Żółć",102,u2,zol@uni.de,One, ,,\r\n'
    '"Nobody, Niko",103,u3,niko@uni.de,One,,,\r\n'
    '"Excused, Eva",104,u4,eva@uni.de,One,EX,,\r\n'
    '"Student, Test",105,,,One,,,\r\n'
)

MOODLE = (
    '\ufeffIdentifier,"Full name","Email address",Status,Grade,"Maximum Grade",'
    '"Grade can be changed","Last modified (submission)","Last modified (grade)",'
    '"Feedback comments"\n'
    'Participant 101,"Anna Berg",anna@uni.de,"Submitted for grading",,10.00,Yes,'
    '"20 November 2026, 10:00 PM",-,\n'
    'Participant 102,"Żółć O\'Brien",zol@uni.de,"No submission",3.00,10.00,Yes,-,-,"<p>a\nb</p>"\n'
    'Participant 103,"Niko Nobody",niko@uni.de,"No submission",,10.00,Yes,-,-,\n'
    'Participant 104,"Eva Excused",eva@uni.de,"Submitted",,10.00,No,-,-,\n'
)

EXCEL = (
    "sep=;\r\nVorname;Nachname;user name;06_momentum;Summe\r\nAnna;Berg;101;;=SUM(D3)\r\n"
    "Ż;O;102;=1+1;\r\nN;N;103;2,5;"
)


def sheet_of(text: str, folder: Path, code: str = "utf-8") -> Sheet:
    """Write a table, and read it."""
    path = folder / "export.csv"
    path.write_bytes(text.encode(code))
    return read_sheet(path)


def marks(**points: float | None) -> dict[str, list[Filled]]:
    """Give some students points of 10, by their numbers."""
    return {NAME: [Filled(name.strip("_"), given, 10) for name, given in points.items()]}


KNOWN = {"101": ["Anna Berg"], "102": [], "103": [], "104": []}
THREE = marks(_101=7.5, _102=0.0, _104=9.0, _999=1.0)


def filled(sheet: Sheet, given: dict[str, list[Filled]] = THREE, **way: object) -> tuple[str, str]:
    """Fill a table, and return it with what is said."""
    content, account = fill(sheet, given, {NAME: TITLE}, KNOWN, Way(**way))  # type: ignore[arg-type]
    assert content.startswith(sheet.mark)
    return content.removeprefix(sheet.mark).decode(sheet.code), str(account)


# --- The file -------------------------------------------------------------------------------------

values = st.text(st.characters(codec="utf-8", exclude_characters="\x00\r\n"), max_size=8)
tables = st.lists(st.lists(values, min_size=3, max_size=3), min_size=2, max_size=4)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder for all examples."""
    return tmp_path_factory.mktemp("sheets")


@given(
    tables,
    st.sampled_from(",;\t"),
    st.sampled_from(["\n", "\r\n", "\r"]),
    st.sampled_from([csv.QUOTE_ALL, csv.QUOTE_MINIMAL]),
    st.sampled_from(["utf-8", "utf-8-sig", "utf-16"]),
    st.data(),
)
def test_only_the_cells_that_are_filled_change(
    folder: Path,
    table: list[list[str]],
    sign: str,
    end: str,
    quoting: int,
    code: str,
    data: st.DataObject,
):
    table[0] = ["id", "name", "points"]
    table = [[value.lstrip(" \ufeff").lstrip('"') for value in row] for row in table]
    text = io.StringIO(newline="")
    csv.writer(text, delimiter=sign, lineterminator=end, quoting=quoting).writerows(table)  # type: ignore[arg-type]
    sheet = sheet_of(text.getvalue(), folder, code)
    kept = table
    assert [[cell.value for cell in row] for row in sheet.rows] == kept
    assert sheet.with_values({}) == (folder / "export.csv").read_bytes()
    row = data.draw(st.integers(0, len(kept) - 1))
    value = data.draw(st.sampled_from(["7", "7,5", 'a "b"', ""]))
    changed = sheet.with_values({(row, 1): value})
    kept[row][1] = value
    (folder / "changed.csv").write_bytes(changed)
    again = read_sheet(folder / "changed.csv")
    assert [[cell.value for cell in row] for row in again.rows] == kept
    cell, other = sheet.rows[row][1], again.rows[row][1]
    assert sheet.text[: cell.start] == again.text[: other.start]
    assert sheet.text[cell.end :] == again.text[other.end :]


def test_letters_of_another_time_stay(tmp_path: Path):
    sheet = sheet_of(CANVAS.lstrip("\ufeff").replace("Żółć", "Zoë"), tmp_path, "cp1252")
    assert sheet.code == "cp1252"
    content, _ = fill(sheet, THREE, {NAME: TITLE}, KNOWN, Way())
    assert "O'Brien, Zoë".encode("cp1252") in content


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "empty"),
        (b"PK\x03\x04", "Save it as CSV"),
        (b"one\ntwo\n", "one column"),
        (b'id,points\n"1,2\n', "quotation mark in row 2 has no end"),
        (b"id,points\n\x00,1\n", "no text"),
    ],
)
def test_what_is_no_table_is_refused(content: bytes, words: str, tmp_path: Path):
    (tmp_path / "export.csv").write_bytes(content)
    with pytest.raises(MarkingError, match=words):
        read_sheet(tmp_path / "export.csv")
    with pytest.raises(MarkingError, match="cannot be read"):
        read_sheet(tmp_path / "nowhere.csv")


# --- Canvas, Moodle, spreadsheets -----------------------------------------------------------------


def test_canvas(tmp_path: Path):
    text, said = filled(sheet_of(CANVAS, tmp_path))
    expected = (
        CANVAS.lstrip("\ufeff").replace('""A""",,4', '""A""",15,4').replace("One, ,", "One,0,")
    )
    assert text == expected
    assert "scaled: 10 points here are 20 there" in said
    assert "holds no number, left as it was: 1 ('Excused, Eva')" in said
    assert "in the table and not marked: 1 ('Student, Test')" in said
    assert "marked and not in the table: 1 (999)" in said


@pytest.mark.parametrize(
    ("fill_as", "written"), [("points", "7.5"), ("percent", "75"), (None, "15")]
)
def test_points_percent_or_scaled(fill_as: str | None, written: str, tmp_path: Path):
    text, _ = filled(sheet_of(CANVAS, tmp_path), fill_as=fill_as)
    assert f'""A""",{written},4' in text


def test_moodles_worksheet(tmp_path: Path):
    sheet = sheet_of(MOODLE, tmp_path)
    text, said = filled(sheet)
    grading = (
        MOODLE.lstrip("\ufeff").replace('grading",,', 'grading",7.5,').replace("3.00,10", "0,10")
    )
    assert text == grading
    assert "cannot be changed, by the table's own word: 1 ('Eva Excused')" in said
    assert "'Grade' has 2 of 06_momentum, in points." in said


def test_a_spreadsheet_with_semicolons_has_commas_and_keeps_formulas(tmp_path: Path):
    text, said = filled(sheet_of(EXCEL, tmp_path))
    assert text == EXCEL.replace("101;;", "101;7,5;")
    assert "holds a formula: 1" in said


def test_blank_is_not_zero_unless_it_is_said(tmp_path: Path):
    sheet = sheet_of(CANVAS, tmp_path)
    assert "niko@uni.de,One,,," in filled(sheet)[0]
    text, said = filled(sheet, zero=True)
    assert "niko@uni.de,One,0,," in text
    assert '"Student, Test",105,,,One,,,' in text, "or it may be 999, who was marked"
    assert "Nobody else got 0" in said
    text, said = filled(sheet, marks(_101=7.5, _102=0.0, _104=9.0), zero=True)
    assert '"Student, Test",105,,,One,0,,' in text
    assert "Nobody else" not in said
    sheet = sheet_of(CANVAS.replace("niko@uni.de,One,,", "niko@uni.de,One,3,"), tmp_path)
    text, said = filled(sheet, zero=True)
    assert "niko@uni.de,One,3,," in text
    assert "has points already: 1" in said


def test_what_a_person_has_still_to_read_is_left(tmp_path: Path):
    text, said = filled(sheet_of(CANVAS, tmp_path), marks(_101=None))
    assert text == CANVAS.lstrip("\ufeff")
    assert "a person has still to read a part, left as it was: 1 ('Berg, Anna')" in said


def test_no_formula_is_written(tmp_path: Path):
    text, _ = filled(sheet_of(CANVAS, tmp_path), marks(_101=-1.0, **{"=1+1": 2.0}))
    assert '""A""",-2,4' in text
    assert "=" not in text


# --- Who is who -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "called", ["101", "u1", "anna@uni.de", "ANNA@uni.de", "Anna Berg", "anna  berg"]
)
def test_a_student_is_found_by_what_is_the_same(called: str, tmp_path: Path):
    given = {NAME: [Filled(called, 10, 10)]}
    content, _ = fill(sheet_of(CANVAS, tmp_path), given, {}, {}, Way())
    assert b'""A""",20,4' in content


@pytest.mark.parametrize("called", ["Anna", "Berg", "anna", "anna@uni", "10", "Anna B."])
def test_nobody_is_guessed(called: str, tmp_path: Path):
    content, account = fill(
        sheet_of(CANVAS, tmp_path), {NAME: [Filled(called, 10, 10)]}, {}, {}, Way()
    )
    assert content == (tmp_path / "export.csv").read_bytes()
    assert f"marked and not in the table: 1 ({called})" in str(account)


def test_two_of_one_name_are_left_and_said(tmp_path: Path):
    text = "Full name,ID number,06_momentum\nAnna Berg,1,\nAnna Berg,2,\n"
    content, account = fill(
        sheet_of(text, tmp_path), {NAME: [Filled("Anna Berg", 1, 1)]}, {}, {}, Way()
    )
    assert content.decode() == text
    assert "not clear who it is, left as it was: 2" in str(account)
    known = {"Anna Berg": ["2"]}
    content, _ = fill(
        sheet_of(text, tmp_path), {NAME: [Filled("Anna Berg", 1, 1)]}, {}, known, Way()
    )
    assert content.decode() == text.replace("Berg,2,", "Berg,2,1")


def test_signs_that_disagree_are_left_and_said(tmp_path: Path):
    text = "Email,ID number,06_momentum\na@x,2,\n"
    known = {"1": ["a@x"], "2": ["b@x"]}
    content, account = fill(sheet_of(text, tmp_path), {NAME: [Filled("1", 1, 1)]}, {}, known, Way())
    assert content.decode() == text
    assert "not clear who it is" in str(account)


# --- Which column ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "name",
    [NAME, "06 Momentum (77)", TITLE, "Assignment: 06 momentum (Real)", "exercise 6 momentum"],
)
def test_a_column_is_found_by_the_assignments_name_or_title(name: str, tmp_path: Path):
    sheet = sheet_of(f"ID,{name},{name} extra\n101,,\n", tmp_path)
    assert filled(sheet)[0] == f"ID,{name},{name} extra\n101,7.5,\n"


@pytest.mark.parametrize("named", ["Quiz (99)", "quiz (99)", "Quiz"])
def test_a_column_may_be_named(named: str, tmp_path: Path):
    for columns in ({"": named}, {NAME: named}):
        text, _ = filled(sheet_of(CANVAS, tmp_path), columns=columns)
        assert '""A""",,3.75,87.5' in text


@pytest.mark.parametrize(
    ("text", "columns", "words"),
    [
        (CANVAS, {"": "Final Score"}, "Canvas computes 'Final Score' itself"),
        (CANVAS, {"": "Momentum"}, "No column is named 'Momentum'"),
        ("ID,a,a\n1,,\n", {"": "a"}, "2 columns are named 'a'"),
        ("ID,b\n1,\n", {}, f"No column is named for {NAME}"),
        (f"ID,{NAME},{TITLE}\n1,,\n", {}, "Several columns may be"),
        (f"what,{NAME}\n1,\n", {}, "--fill-student 'what'"),
    ],
)
def test_what_is_not_clear_is_asked_for(
    text: str, columns: dict[str, str], words: str, tmp_path: Path
):
    with pytest.raises(MarkingError, match="Its columns are: ") as refused:
        filled(sheet_of(text, tmp_path), columns=columns)
    assert words in str(refused.value)


def test_another_column_may_say_who_somebody_is(tmp_path: Path):
    text, _ = filled(sheet_of(f"what,{NAME}\n101,\n", tmp_path), student="what")
    assert text == f"what,{NAME}\n101,7.5\n"


def test_several_assignments_fill_several_columns(tmp_path: Path):
    sheet = sheet_of("ID,06 momentum,07_adam,08\n101,,,\n", tmp_path)
    given = {**THREE, "07_adam": [Filled("101", 2, 2)], "08_other": []}
    content, _ = fill(sheet, given, {}, KNOWN, Way())
    assert content.decode() == "ID,06 momentum,07_adam,08\n101,7.5,2,\n"


def test_the_original_is_never_written_over(tmp_path: Path):
    given = tmp_path / "export.filled.csv"
    given.write_bytes(b"id,x\n")
    (tmp_path / "export.csv").write_bytes(b"id,x\n")
    assert place_for(tmp_path / "export.csv", tmp_path, ()) == tmp_path / "export.filled.csv"
    (tmp_path / "export.csv").unlink()
    (tmp_path / "export.csv").symlink_to(given)
    assert place_for(tmp_path / "export.csv", tmp_path, ()) == tmp_path / "export.filled-2.csv"
    taken = {tmp_path / "other.filled.csv"}
    assert place_for(tmp_path / "other.csv", tmp_path, taken) == tmp_path / "other.filled-2.csv"


# --- People ---------------------------------------------------------------------------------------


def test_tables_say_what_students_are_called_besides(tmp_path: Path):
    canvas = sheet_of(CANVAS, tmp_path)
    (tmp_path / "more").mkdir()
    roster = "ID number;First name;Last name;SIS user id\n7;Anna Maria;Berg;u1\n8;Wei;Li;9\n"
    other = sheet_of(roster, tmp_path / "more")
    known = {"anna@uni.de": ["x"], "Żółć O'Brien": [], "Wei Li (9)": ["9"], "zoe": [], "8b": []}
    names, people = learn([(canvas, Way()), (other, Way())], [*known], known)
    assert {"101", "u1", "7", "anna maria berg", "x"} <= names["anna@uni.de"]
    assert people["anna@uni.de"] == Person("Anna Maria", "Berg")
    assert people["Żółć O'Brien"] == Person("Żółć", "O'Brien")
    assert people["Wei Li (9)"] == Person("Wei", "Li")
    assert {"8", "wei li"} <= names["Wei Li (9)"]
    assert not {"zoe", "8b"} & people.keys()
    worksheet = sheet_of(MOODLE, tmp_path)
    assert learn([(worksheet, Way())], ["103"], {})[1] == {
        "103": Person("Niko", "Nobody", "niko@uni.de")
    }
