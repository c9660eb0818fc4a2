"""What is handed in to a room: kept whole, whoever is stopped, and nothing but a notebook."""

from __future__ import annotations

import csv
import hashlib
import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest
from httpx import Response
from room_notebooks import notebook
from room_service import Service, running_room

from course_tools.files import ROOT, write_whole
from course_tools.marking.__main__ import main as marking
from course_tools.marking.collecting.finding import find
from course_tools.marking.collecting.reading import content_of
from course_tools.marking.collecting.stamps import stamp
from course_tools.marking.understanding import notebook_of
from course_tools.notebooks.course import exercise_of, slug_of, solutions
from course_tools.room import form, handing_in
from course_tools.room.handing_in import BrokenFolderError, HandingIn, Receipt
from course_tools.room.refusing import RefusedError
from course_tools.room.settings import RoomSettings

SLUG = "06_momentum"
LATEST = f"submitted/ada-07/{SLUG}/exercise_{SLUG}.ipynb"
STAMP = f"submitted/ada-07/{SLUG}/timestamp.txt"
SOLUTIONS = {slug_of(path): path for path in solutions()}

NOON = datetime(2026, 11, 27, 12, 0, tzinfo=timezone(timedelta(hours=1)))


@pytest.fixture
def room(tmp_path: Path) -> HandingIn:
    """A room in which nobody has handed in anything; its clock stands at noon."""
    return HandingIn(tmp_path, SOLUTIONS, lambda: NOON)


def files(folder: Path) -> dict[str, bytes]:
    """What there is below a folder."""
    paths = [path for path in folder.rglob("*") if path.is_file()]
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in paths}


# --- What a learner gets, and an instructor -------------------------------------------------------


def test_a_receipt_says_what_was_handed_in_and_when(room: HandingIn) -> None:
    content = notebook()
    receipt = room.take("ada-07", SLUG, content)
    assert receipt.receipt.startswith("06-1-")
    assert (receipt.student, receipt.assignment, receipt.attempt) == ("ada-07", SLUG, 1)
    assert receipt.time == "2026-11-27T12:00:00.000000+01:00"
    assert (receipt.sha256, receipt.bytes) == (hashlib.sha256(content).hexdigest(), len(content))


def test_the_latest_is_there_to_mark_and_the_earlier_ones_are_kept(room: HandingIn) -> None:
    first, second = notebook("1"), notebook("2")
    room.take("ada-07", SLUG, first)
    room.take("ada-07", SLUG, second)
    found = files(room.folder)
    assert found[LATEST] == second
    assert found[f"handed_in/ada-07/{SLUG}/0001.ipynb"] == first
    assert found[f"handed_in/ada-07/{SLUG}/0002.ipynb"] == second
    assert sorted(name for name in found if name.startswith("submitted/")) == [LATEST, STAMP]


def test_the_time_is_one_that_nbgrader_reads(room: HandingIn) -> None:
    room.take("ada-07", SLUG, notebook())
    said = files(room.folder)[STAMP].decode()
    assert said == "2026-11-27 11:00:00.000000 UTC\n"
    assert stamp(said) == NOON.timestamp()


def test_marking_finds_each_student_with_the_time(room: HandingIn) -> None:
    for student in ("ada-07", "bo-08"):
        room.take(student, SLUG, notebook(repr(student)))
        room.take(student, "01_line_and_loss", notebook("first"))
    found = find(room.folder / "submitted", "", SOLUTIONS)
    assert found.unmarked == []
    told = {(each.student, each.assignment): each.handed_in for each in found.submissions}
    assert told == {
        (student, slug): NOON.timestamp()
        for student in ("ada-07", "bo-08")
        for slug in (SLUG, "01_line_and_loss")
    }
    (ada,) = (e for e in found.submissions if (e.student, e.assignment) == ("ada-07", SLUG))
    assert notebook_of(content_of(ada, room.folder)).cells[0].source == "'ada-07'"


def test_who_sends_the_same_twice_has_handed_in_once(room: HandingIn) -> None:
    assert room.take("ada-07", SLUG, notebook()) == room.take("ada-07", SLUG, notebook())
    assert len(room.receipts("ada-07")) == 1


def test_going_back_to_an_earlier_version_is_a_new_attempt(room: HandingIn) -> None:
    attempts = [room.take("ada-07", SLUG, notebook(each)).attempt for each in "121"]
    assert attempts == [1, 2, 3]
    assert files(room.folder)[LATEST] == notebook("1")


def test_receipts_are_ones_own_and_students_are_counted_once(room: HandingIn) -> None:
    for source in "12":
        room.take("ada-07", SLUG, notebook(source))
    room.take("bo-08", SLUG, notebook())
    room.take("bo-08", "01_line_and_loss", notebook())
    assert [each.attempt for each in room.receipts("ada-07")] == [1, 2]
    assert {each.student for each in room.receipts("bo-08")} == {"bo-08"}
    assert room.receipts("nobody-09") == []
    assert room.counts() == {"01_line_and_loss": 1, SLUG: 2}


def test_who_starts_again_knows_it_all(room: HandingIn) -> None:
    given = [room.take("ada-07", SLUG, notebook(str(number))) for number in range(12)]
    again = HandingIn(room.folder, SOLUTIONS)
    assert again.receipts("ada-07") == given
    assert again.counts() == {SLUG: 1}
    assert again.take("ada-07", SLUG, notebook("new")).attempt == 13


def test_thirty_at_once_are_all_there(room: HandingIn) -> None:
    students = [f"ada-{number:02}" for number in range(30)]
    with ThreadPoolExecutor(30) as pool:
        receipts = list(pool.map(lambda who: room.take(who, SLUG, notebook(repr(who))), students))
    assert [each.student for each in receipts] == students
    for who in students:
        path = room.folder / "submitted" / who / SLUG / f"exercise_{SLUG}.ipynb"
        assert path.read_bytes() == notebook(repr(who))


# --- What is refused ------------------------------------------------------------------------------


def refused(room: HandingIn, student: str, assignment: str, content: bytes) -> RefusedError:
    """Hand in what is not taken, see that it left nothing, and return what is said."""
    before = files(room.folder)
    with pytest.raises(RefusedError) as caught:
        room.take(student, assignment, content)
    assert files(room.folder) == before
    return caught.value


NAMES = [
    "", ".", "..", "../ada-07", "ada/07", "/etc", "ada-07/../bo-08", "ada\\07", "Ada-07", "ada 07",
    "ada-07\n", "ada-07\0", "-ada", "<b>ada</b>", "ада-07", "ada-07%2f..", "a" * 61, ".ipynb",
]  # fmt: skip


@pytest.mark.parametrize("name", NAMES)
def test_no_name_leads_out_of_its_folder(name: str, room: HandingIn) -> None:
    assert refused(room, name, SLUG, notebook()).status == 403
    error = refused(room, "ada-07", name, notebook())
    assert error.status == 404
    assert SLUG in str(error)


def nested(depth: int) -> bytes:
    """A notebook whose metadata are lists in lists."""
    return notebook().replace(b'"metadata": {}', b'"metadata": ' + b"[" * depth + b"]" * depth)


FORMS = {
    "empty": (b"", "empty"),
    "blank": (b" \n", "empty"),
    "a page": (b"<script>alert(1)</script>", "line 1, column 1 is not valid JSON"),
    "cut off": (notebook()[:-5], "not valid JSON"),
    "pdf": (b"%PDF-1.7\n\xe2\xe3\xcf\xd3", "byte 10 is not UTF-8"),
    "a zip": (b"PK\x03\x04\xff\xff", "not UTF-8"),
    "other data": (b'{"passed": []}', "other data"),
    "a list": (b"[1, 2]", "other data"),
    "an old format": (notebook(nbformat=3), "format 4"),
    "cells that are none": (notebook(cells=["print(1)"]), "other data"),
    "cells that are no list": (notebook(cells={"a": 1}), "other data"),
    "a source that is none": (notebook(cells=[{"cell_type": "code", "source": 1}]), "other data"),
    "no code": (notebook(cells=[{"cell_type": "markdown", "source": "a"}]), "no cells with code"),
    "NaN": (notebook(metadata={"a": float("nan")}), "contains NaN"),
    "a million brackets": (b"[" * 1_000_000, "more than 500,000 values"),
    "deep": (nested(100_000), "nested too deeply"),
    "a long number": (notebook().replace(b"5}", b"9" * 5_000 + b"}"), "too long"),
    "too large": (b" " * (form.MOST_BYTES + 1), "10,000,000 are allowed. Clear its outputs"),
}


@pytest.mark.parametrize("kind", FORMS)
def test_what_is_no_notebook_is_refused_with_a_reason(kind: str, room: HandingIn) -> None:
    content, reason = FORMS[kind]
    error = refused(room, "ada-07", SLUG, content)
    assert error.status == 400
    assert reason in str(error)


def test_every_exercise_and_solution_of_the_course_is_taken(room: HandingIn) -> None:
    for slug, path in SOLUTIONS.items():
        room.take("ada-07", slug, path.read_bytes())
    assert len(room.receipts("ada-07")) == len(SOLUTIONS)


def test_one_with_the_mark_of_a_windows_editor_is_taken_as_it_is(room: HandingIn) -> None:
    content = b"\xef\xbb\xbf" + notebook()
    room.take("ada-07", SLUG, content)
    assert files(room.folder)[LATEST] == content


def test_what_a_notebook_holds_is_kept_and_never_read_as_anything_else(room: HandingIn) -> None:
    content = notebook("<script>alert(1)</script>\x00../../../etc/passwd")
    room.take("ada-07", SLUG, content)
    assert files(room.folder)[LATEST] == content


def test_nobody_fills_the_disk(room: HandingIn, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(handing_in, "MOST_ATTEMPTS", 2)
    for source in "12":
        room.take("ada-07", SLUG, notebook(source))
    error = refused(room, "ada-07", SLUG, notebook("3"))
    assert error.status == 429
    assert "2 times" in str(error)
    assert room.take("ada-07", SLUG, notebook("2")).attempt == 2  # it is there already
    room.take("bo-08", SLUG, notebook("3"))

    monkeypatch.setattr(handing_in, "MOST_KEPT", len(notebook("1")) * 3)
    room.take("ada-07", "01_line_and_loss", notebook("4"))
    error = refused(room, "ada-07", "02_gradient_descent", notebook("5"))
    assert error.status == 429
    assert "Clear the notebook's outputs" in str(error)


def test_a_full_disk_is_said(room: HandingIn, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(handing_in, "SPARE", 10**18)
    error = refused(room, "ada-07", SLUG, notebook())
    assert error.status == 503
    assert "disk of the room is full" in str(error)


def test_what_could_not_be_written_can_be_handed_in_again(
    room: HandingIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    room.take("ada-07", SLUG, notebook("1"))

    def fails(ending: str) -> Callable[[Path, bytes], None]:
        def fail(path: Path, content: bytes) -> None:
            if path.as_posix().endswith(ending):
                raise OSError(28, "No space left on device")
            write_whole(path, content)

        return fail

    for ending in ("0002.ipynb", "0002.json", f"exercise_{SLUG}.ipynb", "timestamp.txt"):
        monkeypatch.setattr(handing_in, "write_whole", fails(ending))
        with pytest.raises(RefusedError, match="No space left on device") as caught:
            room.take("ada-07", SLUG, notebook("2"))
        assert caught.value.status == 503
    monkeypatch.setattr(handing_in, "write_whole", write_whole)
    assert room.take("ada-07", SLUG, notebook("2")).attempt == 2
    assert files(room.folder)[LATEST] == notebook("2")


@pytest.mark.parametrize("place", ["submitted", "submitted/ada-07", f"handed_in/ada-07/{SLUG}"])
def test_no_link_is_followed(place: str, room: HandingIn, tmp_path_factory: Path) -> None:
    elsewhere = tmp_path_factory.mktemp("elsewhere")  # type: ignore[attr-defined]
    link = room.folder / place
    link.parent.mkdir(parents=True, exist_ok=True)
    link.symlink_to(elsewhere)
    with pytest.raises(RefusedError) as caught:
        room.take("ada-07", SLUG, notebook())
    assert caught.value.status == 503
    assert list(elsewhere.iterdir()) == []


def test_a_receipt_that_the_room_has_not_written_is_named(room: HandingIn) -> None:
    room.take("ada-07", SLUG, notebook())
    path = room.folder / f"handed_in/ada-07/{SLUG}/0001.json"
    for said in ("{", "[]", json.dumps(json.loads(path.read_text()) | {"student": "../bo-08"})):
        path.write_text(said, encoding="utf-8")
        with pytest.raises(BrokenFolderError, match=r"0001\.json is no receipt of this room"):
            HandingIn(room.folder, SOLUTIONS)


# --- Marked ---------------------------------------------------------------------------------------


@pytest.mark.sandbox
def test_what_is_handed_in_is_marked(room: HandingIn, tmp_path: Path) -> None:
    solution = SOLUTIONS[SLUG].read_bytes()
    for content in (notebook(), solution):
        room.take("ada-07", SLUG, content)
    room.take("bo-08", SLUG, exercise_of(SOLUTIONS[SLUG]).read_bytes())
    marked = tmp_path / "marked"
    words = [str(room.folder / "submitted"), "--output", str(marked), "--workers", "1"]
    assert marking(words) == 0
    with (marked / "marks.csv").open(encoding="utf-8-sig", newline="") as table:
        rows = {row["student"]: row for row in csv.DictReader(table)}
    assert {who: row["points"] for who, row in rows.items()} == {"ada-07": "7", "bo-08": "0"}
    assert {row["handed in"] for row in rows.values()} == {"2026-11-27 11:00 UTC"}


# --- Killed ---------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def killed(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """Folders of rooms whose process was killed with signal 9, each at another moment."""
    folder = tmp_path_factory.mktemp("killed")
    script = Path(__file__).with_name("room_killed.py")
    done = subprocess.run(
        [sys.executable, str(script), str(folder)],
        env=os.environ | {"PYTHONPATH": os.pathsep.join([str(script.parent), str(ROOT)])},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return sorted(path for path in folder.iterdir() if path.is_dir())


def answered(folder: Path) -> list[list[str]]:
    """What learners were told before the process was killed."""
    path = folder.with_suffix(".answered")
    return [line.split() for line in path.read_text().splitlines()] if path.exists() else []


def in_order(folder: Path, receipt: Receipt) -> None:
    """See that the notebook of a receipt is there, as it was."""
    kept = folder / "handed_in" / receipt.student / SLUG / f"{receipt.attempt:04}.ipynb"
    assert hashlib.sha256(kept.read_bytes()).hexdigest() == receipt.sha256


def test_whoever_was_killed_has_lost_nothing(killed: list[Path]) -> None:
    assert len(killed) > 20
    assert len(answered(killed[-1])) == 3  # it came to its end
    for folder in killed:
        room = HandingIn(folder, [SLUG])
        receipts = {who: room.receipts(who) for who in ("ada-07", "bo-08")}
        for student, attempt, digest in answered(folder):
            assert receipts[student][int(attempt) - 1].sha256 == digest, folder.name
        for student, all_ in receipts.items():
            submitted = folder / "submitted" / student / SLUG
            assert submitted.exists() == bool(all_), folder.name
            for each in all_:
                in_order(folder, each)
            if all_:
                latest = (submitted / f"exercise_{SLUG}.ipynb").read_bytes()
                assert hashlib.sha256(latest).hexdigest() == all_[-1].sha256, folder.name
                when = datetime.fromisoformat(all_[-1].time).timestamp()
                assert stamp((submitted / "timestamp.txt").read_text()) == when, folder.name
        after = room.take("ada-07", SLUG, notebook("after"))
        assert HandingIn(folder, [SLUG]).receipts("ada-07")[-1] == after, folder.name


# --- Over the wire --------------------------------------------------------------------------------


@pytest.fixture
def service(tmp_path: Path) -> Iterator[Service]:
    """A room that is served, with an empty site."""
    with running_room(RoomSettings(folder=tmp_path / "room", site=tmp_path / "site")) as served:
        yield served


def send(service: Service, headers: dict[str, str], content: Any, slug: str = SLUG) -> Response:
    """Hand a notebook in."""
    return service.client.post(f"/room/api/hand-in/{slug}", content=content, headers=headers)


def test_a_learner_hands_in_and_reads_the_receipt_again(service: Service, tmp_path: Path) -> None:
    student, as_ada = service.joined("Ada")
    receipt = send(service, as_ada, notebook()).json()
    assert (receipt["student"], receipt["attempt"]) == (student, 1)
    assert service.client.get("/room/api/me", headers=as_ada).json()["receipts"] == [receipt]
    submitted = tmp_path / "room" / "submitted" / student / SLUG / f"exercise_{SLUG}.ipynb"
    assert submitted.read_bytes() == notebook()


def test_the_instructor_sees_how_many_have_handed_in(service: Service) -> None:
    for name in ("Ada", "Bo"):
        assert send(service, service.joined(name)[1], notebook(name)).status_code == 200
    word = {"word": service.room.people.instructors_word}
    secret = service.client.post("/room/api/instructor/enter", json=word).json()["secret"]
    headers = {"Authorization": f"Bearer {secret}"}
    told = service.client.get("/room/api/instructor/now", headers=headers).json()
    assert told["handed_in"] == {SLUG: 2}


def test_nobody_hands_in_as_another_or_as_nobody(service: Service, tmp_path: Path) -> None:
    ada, _ = service.joined("Ada")
    bo, as_bo = service.joined("Bo")
    for headers in ({}, {"Authorization": "Bearer k7mp"}, {"Authorization": f"Bearer {ada}"}):
        assert send(service, headers, notebook()).status_code == 401
    more = {"X-Student": ada, "Cookie": f"student={ada}"}
    assert send(service, as_bo | more, notebook(student=ada)).json()["student"] == bo
    assert not (tmp_path / "room" / "submitted" / ada).exists()


ADDRESSES = ["..", "%2e%2e", f"{SLUG}/../x", "..%2fbo-02%2fx", "%00", f"{SLUG}%0a", "x" * 5000]


@pytest.mark.parametrize("slug", ADDRESSES)
def test_no_address_leads_out_of_the_folder(slug: str, service: Service, tmp_path: Path) -> None:
    _, as_ada = service.joined("Ada")
    before = files(tmp_path).keys()
    assert send(service, as_ada, notebook(), slug).status_code in (404, 405)
    assert files(tmp_path).keys() == before


def test_too_much_is_refused_also_if_it_does_not_say_so(service: Service, tmp_path: Path) -> None:
    _, as_ada = service.joined("Ada")
    large = b" " * (form.MOST_BYTES + 1)
    for content in (large, iter([large])):
        answer = send(service, as_ada, content)
        assert answer.status_code == 413
        assert "10,000,000" in answer.json()["error"]
    assert not (tmp_path / "room" / "handed_in").exists()


def test_a_page_of_somebody_elses_hands_in_nothing(service: Service) -> None:
    _, as_ada = service.joined("Ada")
    for foreign in ({"Origin": "http://evil.test"}, {"Sec-Fetch-Site": "cross-site"}):
        assert send(service, as_ada | foreign, notebook()).status_code == 403


def test_nothing_that_was_handed_in_can_be_fetched(service: Service, tmp_path: Path) -> None:
    student, as_ada = service.joined("Ada")
    send(service, as_ada, notebook("secret = 42"))
    handed_in = [name for name in files(tmp_path) if student in name]
    assert len(handed_in) == 4
    for name in handed_in:
        for place in (name, f"room/{name}", f"room/%2e%2e/{name}", f"room/api/{name}"):
            answer = service.client.get(f"/{place}", headers=as_ada)
            assert answer.status_code == 404, place
            assert "secret" not in answer.text
    assert service.client.get(f"/room/api/hand-in/{SLUG}", headers=as_ada).status_code == 404
    _, as_bo = service.joined("Bo")
    assert service.client.get("/room/api/me", headers=as_bo).json()["receipts"] == []
