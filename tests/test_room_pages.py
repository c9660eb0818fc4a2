"""What the room's pages are made of: their files, what they borrow, and what stands on the wall."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from bs4 import BeautifulSoup
from room_world import World

from course_tools.files import ROOT
from course_tools.notebooks.questions import asked_in
from course_tools.room.addresses import Place
from course_tools.room.options import Where, settings_of
from course_tools.room.pages import BORROWED, invitation, question_texts, way_in
from course_tools.site.page_script import EXPORT
from lessons_lib.predictions import predict, questions

FOLDER = ROOT / "site" / "room"
NODE = shutil.which("node")
SCRIPTS_OF = {
    "index.html": ["join.js"],
    "instructor.html": ["instructor.js"],
    "wall.html": ["wall.js"],
}
"""The scripts that look for parts of a page by their ids."""


# --- The files ------------------------------------------------------------------------------------


def missing_ids(page: str, script: str) -> list[str]:
    """Return the ids that a script asks for, and its page does not have."""
    wanted = re.findall(r'\bat\("([\w-]+)"\)', script)
    there = {str(each["id"]) for each in BeautifulSoup(page, "html.parser").find_all(id=True)}
    return sorted({*wanted} - there)


@pytest.mark.parametrize("name", sorted(SCRIPTS_OF))
def test_a_script_finds_on_its_page_what_it_looks_for(name: str) -> None:
    page = (FOLDER / name).read_text("utf-8")
    for script in SCRIPTS_OF[name]:
        assert missing_ids(page, (FOLDER / script).read_text("utf-8")) == []


def test_a_script_that_looks_for_what_is_not_there_is_refused() -> None:
    assert missing_ids('<p id="here"></p>', 'at("here").hidden = at("gone").hidden;') == ["gone"]


def objections(page: str) -> Iterator[str]:
    """Say what of a page its policy forbids: code in it, and files from elsewhere."""
    soup = BeautifulSoup(page, "html.parser")
    for each in soup.find_all("script", src=False):
        yield f"code in the page: {each.get_text()[:40]!r}"
    for each in soup.find_all(True):
        for name, value in each.attrs.items():
            if name.startswith("on"):
                yield f"code in the page: {name}={value!r}"
            if name in ("src", "href") and re.match(r"\w+:|//", str(value)):
                yield f"loads from elsewhere: {value}"


@pytest.mark.parametrize("name", sorted(SCRIPTS_OF))
def test_a_page_has_what_its_policy_allows(name: str) -> None:
    assert list(objections((FOLDER / name).read_text("utf-8"))) == []


def test_code_in_a_page_and_files_from_elsewhere_are_refused() -> None:
    page = '<script>go()</script><a onclick="go()" href="https://example.org">x</a>'
    assert [said.split(":")[0] for said in objections(page)] == [
        "code in the page",
        "code in the page",
        "loads from elsewhere",
    ]


@pytest.mark.skipif(NODE is None, reason="Node reads the scripts, and is missing")
def test_the_scripts_can_be_read() -> None:
    for path in sorted(FOLDER.glob("*.js")):
        kind = "commonjs" if path.name == "room.js" else "module"
        said = subprocess.run(
            [str(NODE), f"--input-type={kind}", "--check"], input=path.read_bytes(), check=False
        )
        assert said.returncode == 0, path.name


# --- What is borrowed -----------------------------------------------------------------------------


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    found = World(tmp_path)
    yield found
    found.close()


def test_the_pages_get_the_buttons_that_jupyter_gets(world: World) -> None:
    for name, path in BORROWED.items():
        answer = world.ask("GET", f"/room/{name}")
        assert answer.status_code == 200
        assert answer.content == path.read_bytes()
    assert EXPORT in BORROWED["prediction.js"].read_text("utf-8")


def test_every_question_is_there_with_its_words(world: World) -> None:
    told = world.ask("GET", "/room/questions.json").json()
    assert list(told) == [each.ballot for each in questions()]
    for each in questions():
        assert told[each.ballot]["choices"] == each.choices
        assert told[each.ballot]["beliefs"] == each.beliefs
        assert told[each.ballot]["lesson"].startswith(f"{each.lesson} · ")


def test_a_widget_knows_what_its_question_is_called_in_a_vote() -> None:
    assert predict(6, "race").key == "06/race"


def for_one_alone(asks: str) -> list[str]:
    """Return what a question says that makes no sense on a wall."""
    return re.findall(r"Choose before|\bcell\b|\bbutton|<li>|<h\d", asks)


def test_what_is_asked_makes_sense_on_a_wall() -> None:
    for key, told in json.loads(question_texts()).items():
        assert for_one_alone(told["asks"]) == [], key
        assert "?" in told["asks"], key


def test_what_makes_no_sense_on_a_wall_is_refused() -> None:
    text = "<p>How many? Run the cell: the choices are buttons. Choose before you go on.</p>"
    assert for_one_alone(text) == ["cell", "button", "Choose before"]


def test_a_question_is_read_without_its_heading_and_choices() -> None:
    cell = "## Predict: a sum\n\nHow *many*?\n\n- **a** One.\n- **b** Two,\n  or so.\n\n"
    cell += "Choose before you go on."
    assert asked_in(cell) == "How *many*?"


# --- The wall -------------------------------------------------------------------------------------


def test_the_wall_says_how_to_come_in(world: World) -> None:
    told = world.get("instructor/joining", world.instructor()).json()
    assert told["word"] == world.room.people.word
    assert told["address"] == f"{world.settings.address}/room/"


def test_the_wall_names_the_address_at_which_the_room_is_served(tmp_path: Path) -> None:
    where = Where(Place("192.168.1.5", 8001), names=("laptop.local",))
    assert settings_of(tmp_path, where).address == "http://laptop.local:8001"


def test_a_learner_does_not_get_the_word_from_the_wall(world: World) -> None:
    assert world.get("instructor/joining", world.join()).status_code == 401
    assert world.get("instructor/joining").status_code == 401


def test_the_code_holds_the_word_where_no_server_reads_it() -> None:
    link = way_in("http://192.168.1.5:8000", "bako-timu-reno")
    assert link == "http://192.168.1.5:8000/room/#bako-timu-reno"
    told = invitation("http://192.168.1.5:8000", "bako-timu-reno")
    assert told["qr"].startswith("data:image/svg+xml")


def test_the_instructor_hears_how_far_each_question_is_and_can_go(world: World) -> None:
    world.turn("first", "closed", key="06/race")
    world.turn("first", key="06/control")
    told = world.get("instructor/now", world.instructor()).json()
    assert told["states"] == {"06/control": "first", "06/race": "closed"}
    assert told["steps"][told["states"]["06/race"]] == ["second", "shown"]
