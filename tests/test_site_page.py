"""The page's script and style: assembled from the widgets' own files, with the lessons' words."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from pathlib import Path

import pytest
from bs4 import BeautifulSoup

from course_tools.site import page_script
from course_tools.site.page_script import EXPORT, PIECES, WIDGETS, as_constant, style, write_page
from course_tools.site.pages import Page, Site
from course_tools.site.questions import READ_ON, every_question, led, ten_questions
from lessons_lib.predictions import questions
from lessons_lib.predictions.buttons import told_to
from lessons_lib.predictions.changes import Answered
from lessons_lib.predictions.twice import asked_twice, sheets

NODE = shutil.which("node")
LESSON = "notebooks/06_momentum.ipynb"
SITE = Site([Page(LESSON, "course"), Page("notebooks/05_averages.ipynb", "course")])


@pytest.fixture(scope="module")
def static(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("static")
    write_page(folder, {"04_valleys--explore-valley": b"course.explorer();\n"})
    return folder


# --- The script and the style ---------------------------------------------------------------------


def test_both_widgets_keep_their_keys_in_the_same_way() -> None:
    texts = [path.read_text("utf-8") for path in WIDGETS.values()]
    kept = [re.findall(r"^function keepKeys\(.*?^}", text, re.M | re.S) for text in texts]
    assert len(kept[0]) == 1  # neither may import it: each is a module of its own
    assert kept[0] == kept[1]


def test_every_piece_of_the_host_is_in_the_script(static: Path) -> None:
    script = (static / "page.js").read_text("utf-8")
    assert {path.stem for path in page_script.HOST.glob("*.js")} == {*PIECES}
    for piece in PIECES:
        assert (page_script.HOST / f"{piece}.js").read_text("utf-8") in script
    assert EXPORT not in script
    assert '{"04_valleys--explore-valley":{"bytes":19,"version":"' in script


@pytest.mark.skipif(NODE is None, reason="Node reads the script, and is missing")
def test_the_scripts_can_be_read(static: Path) -> None:
    for name in ("page.js", "twice.js"):
        subprocess.run([str(NODE), "--check", static / name], check=True)


def test_two_builds_give_the_same_bytes(static: Path, tmp_path: Path) -> None:
    write_page(tmp_path, {"04_valleys--explore-valley": b"course.explorer();\n"})
    for path in static.iterdir():
        assert (tmp_path / path.name).read_bytes() == path.read_bytes()


def test_another_explorer_gets_another_address(static: Path, tmp_path: Path) -> None:
    write_page(tmp_path, {"04_valleys--explore-valley": b"course.explorer(1);\n"})
    versions = [
        re.findall(r'"version":"(\w+)"', (folder / "page.js").read_text("utf-8"))
        for folder in (static, tmp_path)
    ]
    assert versions[0] != versions[1]


@pytest.mark.parametrize(
    "source", ["render();\n", f"\n{EXPORT}\n\n{EXPORT}\n", f"\nimport x from 'y';\n\n{EXPORT}\n"]
)
def test_a_widget_that_a_page_cannot_load_is_refused(source: str, tmp_path: Path) -> None:
    (tmp_path / "live.js").write_text(source)
    with pytest.raises(ValueError, match="once, and no import"):
        as_constant("live", tmp_path / "live.js")


def test_the_style_is_that_of_the_widgets_and_of_the_page() -> None:
    for path in WIDGETS.values():
        assert path.with_suffix(".css").read_text("utf-8") in style()
    assert "@media print" in style()


def test_nothing_is_asked_of_another_place(static: Path) -> None:
    for path in static.iterdir():
        assert not re.findall(r"https?://(?!www\.w3\.org)", path.read_text("utf-8")), path.name


# --- The questions --------------------------------------------------------------------------------


def test_every_question_of_the_lessons_is_there_with_its_words() -> None:
    told = every_question()
    assert list(told["asked"]) == [each.key for each in questions()]
    for each in questions():
        assert told["asked"][each.key]["choices"].keys() == each.choices.keys()
        assert told["asked"][each.key]["beliefs"].keys() == each.beliefs.keys()
    assert told["says"]["chosen"] == READ_ON
    assert "Run" not in json.dumps(told["says"])


def test_the_ten_questions_say_what_the_sheets_say() -> None:
    told = ten_questions()["questions"]
    for each in asked_twice():
        page = told[each.name]
        for former in ["", *each.choices]:
            for now in each.choices:
                wanted = BeautifulSoup(told_to(each, former, now), "html.parser").get_text(" ")
                found = BeautifulSoup(page["told"][former][now] + page["answer"], "html.parser")
                assert found.get_text(" ").split() == wanted.split()
                cells = Answered(each, former, now).cells
                assert page["before"][former] == cells[1]
                assert page["after"][now] == cells[2]


def test_links_lead_to_pages() -> None:
    links = [
        link["href"]
        for each in ten_questions()["questions"].values()
        for link in BeautifulSoup(each["answer"] + each["row"][4], "html.parser").find_all("a")
    ]
    assert len(links) == 2 * len(asked_twice())
    assert {link.partition("#")[0].rpartition(".")[2] for link in links} == {"html"}
    assert sheets()[1].slug == "93_same_ten_questions"


def test_a_link_to_what_is_no_page_is_no_link() -> None:
    html = '<p><a href="05_averages.ipynb#A">five</a> <a href="09_ahead.ipynb">nine</a></p>'
    assert led(html, SITE, LESSON) == '<p><a href="05_averages.html#A">five</a> nine</p>'
