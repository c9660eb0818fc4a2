"""The browser's JupyterLab: what it consists of, what is refused, and what is said then."""

from __future__ import annotations

import json
import re
import urllib.error
import zipfile
from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook
from packaging.requirements import Requirement

from course_tools.bootstrap import SetupError
from course_tools.desk.copies import copies
from course_tools.files import ROOT
from course_tools.notebooks.course import slug_of
from course_tools.notebooks.stored import NotebookError, code_cells, from_bytes
from course_tools.site.lite import __main__ as command
from course_tools.site.lite import building, download, front, wheels
from course_tools.site.lite.choosing import library, without_lost_links
from course_tools.site.lite.contents import (
    KERNEL,
    NOTE,
    Note,
    Served,
    add_note,
    fingerprint,
    read_notes,
    served,
)
from course_tools.site.lite.download import Carried, Distribution, SourceError, sha256
from course_tools.site.lite.environment import LIST
from course_tools.site.lite.recipe import (
    HERE,
    Carrier,
    LiteError,
    Wheel,
    compiled_wheels,
    pure_wheels,
    read_recipe,
)
from course_tools.site.pages import site_of
from course_tools.site.settings import Settings
from lessons_lib.progress import RECORD

RECIPE = read_recipe()
GOOD = b"a wheel"
WANTED = Wheel("numpy", "2.0", frozenset([sha256(GOOD)]), "numpy-2.0-wasm32.whl")
CARRIER = Carrier("open-webui", "1.0", "0" * 64, "3.12", "inside")


class Shelf:
    """A source that has one file, or none."""

    def __init__(self, name: str, content: bytes | None = None) -> None:
        self.name, self.content, self.asked = name, content, 0

    def fetch(self, wheel: Wheel) -> bytes:
        self.asked += 1
        if self.content is None:
            raise SourceError("it is empty")
        return self.content


# --- What it consists of ------------------------------------------------------------------------


def test_npm_s_lock_has_a_hash_for_each_package_and_no_address():
    lock = json.loads((HERE / "package-lock.json").read_text(encoding="utf-8"))
    packages = {name: said for name, said in lock["packages"].items() if name}
    assert "node_modules/pyodide" in packages
    assert all(said["integrity"].startswith("sha512-") for said in packages.values())
    assert "://" not in json.dumps(lock)


def test_every_pure_wheel_is_pinned_with_hashes():
    pinned = pure_wheels(RECIPE.pure, LIST.read_text(encoding="utf-8"))
    assert [wheel.name for wheel in pinned] == list(RECIPE.pure)
    assert all(wheel.version and wheel.digests for wheel in pinned)


def test_the_list_names_each_package_once_and_starts_what_it_names():
    named = [*RECIPE.compiled, *RECIPE.pure, *RECIPE.kernel, *RECIPE.stubs, "lessons-lib"]
    assert len(named) == len(set(named))
    assert set(RECIPE.start) <= set(named)
    assert not set(RECIPE.left_out) & set(named)


def test_a_package_that_is_not_pinned_is_refused():
    with pytest.raises(SetupError, match="nonesuch"):
        pure_wheels(["nonesuch"], LIST.read_text(encoding="utf-8"))


def test_a_package_that_pyodide_lacks_is_refused():
    with pytest.raises(LiteError, match="no nonesuch"):
        compiled_wheels(["nonesuch"], {"packages": {}})


# --- Accepted by hash ---------------------------------------------------------------------------


def test_the_first_source_that_has_a_wheel_gives_it_and_the_cache_keeps_it(tmp_path: Path):
    empty, full, other = Shelf("empty"), Shelf("full", GOOD), Shelf("other", GOOD)
    (path,) = download.compiled([WANTED], [empty, full, other], tmp_path)
    assert path.read_bytes() == GOOD
    assert (empty.asked, full.asked, other.asked) == (1, 1, 0)
    assert download.compiled([WANTED], [empty, full, other], tmp_path) == [path]
    assert full.asked == 1


def test_another_hash_is_refused_wherever_it_comes_from(tmp_path: Path):
    (tmp_path / WANTED.file).write_bytes(b"spoilt")
    with pytest.raises(LiteError) as caught:
        download.compiled([WANTED], [Shelf("near", b"forged"), Shelf("far")], tmp_path)
    said = str(caught.value)
    assert said.startswith("numpy-2.0-wasm32.whl cannot be had.")
    assert f"near: its sha256 is {sha256(b'forged')}, so it was not taken" in said
    assert "far: it is empty" in said
    assert sha256(GOOD) in said
    assert (tmp_path / WANTED.file).read_bytes() == b"spoilt"


def test_a_spoilt_file_in_the_cache_is_replaced(tmp_path: Path):
    (tmp_path / WANTED.file).write_bytes(b"spoilt")
    (path,) = download.compiled([WANTED], [Shelf("full", GOOD)], tmp_path)
    assert path.read_bytes() == GOOD


def test_pip_s_files_are_compared_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    def forging(wheels: Any, folder: Path, python: str) -> None:
        (folder / "traitlets-5.0-py3-none-any.whl").write_bytes(b"forged")

    monkeypatch.setattr(download, "pip_download", forging)
    wanted = Wheel("traitlets", "5.0", frozenset([sha256(GOOD)]))
    with pytest.raises(LiteError, match=r"other files than were asked for: traitlets 5\.0"):
        download.pure([wanted], tmp_path, "3.14")


def core(folder: Path) -> Path:
    """Write the line of Pyodide's core that names its files' home."""
    (folder / "pyodide.mjs").write_text('c="";var d=`https://far.test/v${v}/full/`;e()')
    return folder


def test_the_distribution_is_where_the_core_says(tmp_path: Path):
    assert Distribution(core(tmp_path), "1.2").address == "https://far.test/v1.2/full/"


def test_a_core_that_names_no_address_has_no_distribution(tmp_path: Path):
    (tmp_path / "pyodide.mjs").write_text("c=1")
    with pytest.raises(SourceError, match="no address"):
        Distribution(tmp_path, "1.2").fetch(WANTED)


def test_a_machine_that_did_not_answer_is_not_asked_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    asked = []

    def away(address: str, timeout: float) -> None:
        asked.append(address)
        raise urllib.error.URLError("nobody there")

    monkeypatch.setattr("urllib.request.urlopen", away)
    source = Distribution(core(tmp_path), "1.2")
    for _ in range(2):
        with pytest.raises(SourceError, match="nobody there"):
            source.fetch(WANTED)
    assert asked == ["https://far.test/v1.2/full/numpy-2.0-wasm32.whl"]


def test_a_carrier_gives_the_wheels_in_its_folder_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    def carrying(wheels: list[Wheel], folder: Path, python: str) -> None:
        assert (wheels[0].digests, python) == (frozenset([CARRIER.sha256]), "3.12")
        with zipfile.ZipFile(folder / "open_webui-1.0-py3-none-any.whl", "w") as archive:
            archive.writestr(f"inside/{WANTED.file}", GOOD)
            archive.writestr("elsewhere/other.whl", GOOD)

    monkeypatch.setattr(download, "pip_download", carrying)
    source = Carried(CARRIER, tmp_path)
    assert source.fetch(WANTED) == GOOD
    with pytest.raises(SourceError, match="does not carry"):
        source.fetch(Wheel("other", "1", frozenset(), "other.whl"))


def test_a_carrier_that_cannot_be_had_says_why(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    def failing(*_: Any) -> None:
        raise LiteError("no network")

    monkeypatch.setattr(download, "pip_download", failing)
    with pytest.raises(SourceError, match="no network"):
        Carried(CARRIER, tmp_path).fetch(WANTED)


def test_without_npm_it_says_what_to_install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("shutil.which", lambda name: None)
    with pytest.raises(LiteError, match="apt install npm"):
        download.core(tmp_path)


# --- Wheels and their lock ----------------------------------------------------------------------

INFO = {"python": "3.14.0", "arch": "wasm32"}


def described(name: str, version: str = "1.0", *needs: str) -> wheels.Described:
    asked = tuple(map(Requirement, needs))
    return wheels.Described(f"{name}.whl", GOOD, name, version, asked, (name,))


def test_the_lock_says_what_each_wheel_brings_along():
    needs = ("b>=1", 'c; sys_platform == "win32"', "d", 'e; extra == "more"')
    lock = wheels.lock([described("a", "1.0", *needs), described("b")], INFO, {"d": "is dull"})
    assert lock["info"] == INFO
    assert lock["packages"]["a"]["depends"] == ["b"]
    assert lock["packages"]["a"]["sha256"] == sha256(GOOD)


def test_what_is_neither_there_nor_left_out_is_refused():
    with pytest.raises(LiteError, match=r"a 1\.0 needs b"):
        wheels.lock([described("a", "1.0", "b")], INFO, {})


def test_another_version_than_is_asked_for_is_refused():
    with pytest.raises(LiteError, match=r"needs b>=2, not 1\.0"):
        wheels.lock([described("a", "1.0", "b>=2"), described("b")], INFO, {})


def test_a_stub_is_an_empty_wheel_and_the_same_each_time():
    stub = wheels.stub("jedi", "0.20.999")
    assert (stub.name, stub.version, stub.imports, stub.needs) == (
        "jedi",
        "0.20.999",
        ("jedi",),
        (),
    )
    assert stub.content == wheels.stub("jedi", "0.20.999").content
    with zipfile.ZipFile(BytesIO(stub.content)) as archive:
        assert archive.testzip() is None


def test_our_wheel_holds_lessons_lib_and_nothing_of_the_authors():
    made = wheels.lessons_lib()
    with zipfile.ZipFile(BytesIO(made.content)) as archive:
        names = archive.namelist()
    tops = {name.partition("/")[0] for name in names}
    assert made.imports == ("lessons_lib",)
    assert tops == {"lessons_lib", f"lessons_lib-{made.version}.dist-info"}
    assert {"lessons_lib/live/live.js", "lessons_lib/course.json"} <= set(names)
    assert made.file.startswith(sha256(made.content)[:12])
    assert wheels.lessons_lib().content == made.content


# --- Notebooks ----------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def given() -> dict[str, Served]:
    """Every notebook as it is served."""
    return {notebook.name: notebook for notebook in served(read_notes())}


def test_the_browser_gets_what_a_learner_s_folder_gets(given: dict[str, Served]):
    assert set(given) == {copy.name for copy in copies(ROOT)}


def test_nothing_has_run_and_the_kernel_is_the_browser_s(given: dict[str, Served]):
    for name, notebook in given.items():
        nb = from_bytes(notebook.content, Path(name))
        assert nb.metadata["kernelspec"] == KERNEL
        assert nb.metadata["course"]["given"] == notebook.given == fingerprint(nb)
        assert not any(cell.outputs or cell.execution_count for cell in code_cells(nb))


def links_in(nb: NotebookNode) -> list[str]:
    """The notebooks to which a notebook leads."""
    prose = "\n".join(cell.source for cell in nb.cells if cell.cell_type == "markdown")
    return re.findall(r"\]\((?!https?:)([^)#\s]+\.ipynb)", prose)


def test_every_relative_link_leads_to_a_notebook_that_is_there(given: dict[str, Served]):
    for name, notebook in given.items():
        for target in links_in(from_bytes(notebook.content, Path(name))):
            path = (ROOT / name).parent.joinpath(target).resolve().relative_to(ROOT)
            assert path.as_posix() in given, f"{name} leads to {target}"


def test_a_note_stands_where_it_should_and_quotes_what_is_there(given: dict[str, Served]):
    for name, note in read_notes().items():
        nb = from_bytes(given[name].content, Path(name))
        ids = [cell.id for cell in nb.cells]
        assert ids[ids.index(note.after) + 1] == NOTE
        code = "\n".join(cell.source for cell in code_cells(nb))
        for quoted in re.findall(r"in place of `([^`]+)`|begins with `([^`]+)`", note.text):
            assert "".join(quoted) in code


@pytest.fixture(scope="module")
def four(given: dict[str, Served]) -> dict[str, Served]:
    """What is served where a group has chosen the first four lessons."""
    chosen = site_of(Settings("Ours", lessons=(1, 2, 3, 4))).notebooks
    return {notebook.name: notebook for notebook in served(read_notes(), chosen)}


def test_the_browser_gets_what_the_site_has(given: dict[str, Served], four: dict[str, Served]):
    lessons = {slug_of(Path(name))[:2] for name in four}
    assert lessons == {"00", "01", "02", "03", "04", "90", "91", "92", "93"}
    assert len(four) == len(lessons) + 2 * 4  # and four exercises with their solutions
    assert {name for name in given if site_of(Settings("Ours")).by_source.get(name)} == set(given)


def test_no_link_leads_to_a_lesson_that_is_not_there(four: dict[str, Served]):
    lost = 0
    for name, notebook in four.items():
        nb = from_bytes(notebook.content, Path(name))
        for target in links_in(nb):
            path = (ROOT / name).parent.joinpath(target).resolve().relative_to(ROOT)
            assert path.as_posix() in four, f"{name} leads to {target}"
        lost += len(links_in(from_bytes((ROOT / name).read_bytes(), Path(name))))
        lost -= len(links_in(nb))
    assert lost > 50  # of the glossary and the formula sheet above all


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[Four](04_b.ipynb#x), [one](01_a.ipynb)", "Four, [one](01_a.ipynb)"),
        ("[Its exercise](../exercises/04_b/exercise_04_b.ipynb)", "Its exercise"),
        (
            "[back](../notebooks/./01_a.ipynb#What-is-β?)",
            "[back](../notebooks/./01_a.ipynb#What-is-β?)",
        ),
        ('<a href="04_b.ipynb#x">Lesson <em>4</em></a>', "Lesson <em>4</em>"),
        ('<a href="01_a.ipynb">Lesson 1</a>', '<a href="01_a.ipynb">Lesson 1</a>'),
        ("[far](https://a.test/04_b.ipynb), f[0](x), [here](#x)",) * 2,
    ],
)
def test_a_link_that_leads_nowhere_becomes_its_words(text: str, said: str):
    assert without_lost_links(text, "notebooks/02_c.ipynb", ["notebooks/01_a.ipynb"]) == said


def test_python_knows_the_lessons_that_are_there_and_no_others(
    given: dict[str, Served], four: dict[str, Served]
):
    whole = {name: (ROOT / "lessons_lib" / name).read_bytes() for name in library(given)}
    assert library(given) == whole
    part = library(four)
    assert [lesson["number"] for lesson in json.loads(part["course.json"])] == [1, 2, 3, 4]
    made = wheels.lessons_lib(part)
    assert made.file != wheels.lessons_lib(whole).file == wheels.lessons_lib().file
    with zipfile.ZipFile(BytesIO(made.content)) as archive:
        for name, content in part.items():
            assert archive.read(f"lessons_lib/{name}") == content
            assert not re.search(r"\b(0[5-9]|1\d)_\w+\.ipynb", content.decode())


def test_a_note_that_has_lost_its_place_is_refused():
    with pytest.raises(NotebookError, match="no notebook gone"):
        list(served({"gone.ipynb": Note("title", "Hello")}))
    with pytest.raises(NotebookError, match="no cell 'gone'"):
        add_note(new_notebook(cells=[new_markdown_cell("", id="title")]), Note("gone", ""), ROOT)


def test_a_fingerprint_follows_the_sources_and_nothing_else():
    nb = new_notebook(cells=[new_code_cell("a = 1", id="one"), new_markdown_cell("β", id="two")])
    before = fingerprint(nb)
    nb.cells[0].execution_count, nb.metadata["kernelspec"] = 3, {}
    assert fingerprint(nb) == before == "23-42204a18"
    nb.cells[0].source = "a = 2"
    assert fingerprint(nb) != before


# --- A look at the whole ------------------------------------------------------------------------


@pytest.fixture
def lite(tmp_path: Path) -> Path:
    """The files of a `lite/` that the last look reads, with one wheel."""
    config = front.settings("lock.json", ["a"], [])
    names = [*front.EXTENSIONS, *front.OURS]
    config["federated_extensions"] = [{"name": name} for name in names]
    python = tmp_path / front.PYTHON
    python.mkdir(parents=True)
    (python / "pyodide.mjs").touch()
    (python / "a.whl").write_bytes(GOOD)
    lock = wheels.lock([described("a")], INFO, {})
    (python / "lock.json").write_text(json.dumps(lock))
    write_config(tmp_path, config)
    return tmp_path


def write_config(folder: Path, config: dict[str, Any]) -> None:
    (folder / "jupyter-lite.json").write_text(json.dumps({"jupyter-config-data": config}))


def read_config(folder: Path) -> dict[str, Any]:
    return json.loads((folder / "jupyter-lite.json").read_text())["jupyter-config-data"]


def test_a_good_one_has_no_faults(lite: Path):
    assert list(building.faults(lite)) == []


def kernel_of(config: dict[str, Any]) -> dict[str, Any]:
    return config["litePluginSettings"][f"{front.KERNEL}:kernel"]


SPOILT: dict[str, tuple[Callable[[dict[str, Any]], Any], str]] = {
    "a CDN": (lambda c: c.update(somewhere="https://cdn.test/x"), "names https://cdn.test"),
    "no Python": (lambda c: kernel_of(c).pop("pyodideUrl"), "which is no file of the site"),
    "PyPI": (lambda c: kernel_of(c).update(disablePyPIFallback=False), "look for packages else"),
    "a package": (lambda c: kernel_of(c)["loadPyodideOptions"]["packages"].append("b"), "b is to"),
    "an extension": (lambda c: c["federated_extensions"].append({"name": "nbgrader"}), "nbgrader"),
    "no extension": (lambda c: c["federated_extensions"].pop(), "has the extensions"),
}


@pytest.mark.parametrize("name", SPOILT)
def test_a_spoilt_configuration_is_a_fault(name: str, lite: Path):
    spoil, said = SPOILT[name]
    config = read_config(lite)
    spoil(config)
    write_config(lite, config)
    assert said in "\n".join(building.faults(lite))


def test_a_wheel_that_is_missing_or_another_is_a_fault(lite: Path):
    wheel = lite / front.PYTHON / "a.whl"
    wheel.write_bytes(b"forged")
    assert list(building.faults(lite)) == ["a.whl has another sha256 than Pyodide's lock says."]
    wheel.unlink()
    assert list(building.faults(lite)) == ["a.whl is in Pyodide's lock, and is not there."]


def test_the_start_page_links_every_notebook_and_says_what_is_loaded(
    lite: Path, given: dict[str, Served]
):
    (lite / front.PYTHON / "big.whl").write_bytes(bytes(12_600_000))
    building.write_start_page(lite, list(given.values()))
    page = (lite / "index.html").read_text(encoding="utf-8")
    assert "Python with its packages, 13 MB" in page
    assert "Lesson 12</a>, which trains" in page
    assert "{{" not in page
    assert all(f"lab/index.html?path={name}" in page for name in given)
    assert "://" not in page


def test_the_start_page_names_no_lesson_that_is_not_there(lite: Path, four: dict[str, Served]):
    building.write_start_page(lite, list(four.values()))
    page = (lite / "index.html").read_text(encoding="utf-8")
    assert "12_real_task" not in page
    assert "which trains a network" not in page
    assert "<!--" not in page.partition("<body>")[2]


def test_python_finds_a_learner_s_own_copy(tmp_path: Path):
    listing = tmp_path / "api" / "contents" / "all.json"
    listing.parent.mkdir(parents=True)
    (tmp_path / "files").mkdir()
    listing.write_text(json.dumps({"content": [{"name": "notebooks", "type": "directory"}]}))
    front.mark_as_a_learners(tmp_path)
    assert [each["name"] for each in json.loads(listing.read_text())["content"]][1:] == [RECORD]


# --- The command --------------------------------------------------------------------------------


def test_a_wheel_that_cannot_be_had_stops_the_command(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    def lacking(*_: Any) -> Any:
        raise LiteError("numpy-2.0-wasm32.whl cannot be had.")

    before = tmp_path / "lite" / "old.html"
    before.parent.mkdir()
    before.touch()
    monkeypatch.setattr(download, "core", lambda: tmp_path)
    monkeypatch.setattr(building, "environment", lambda: tmp_path)
    monkeypatch.setattr(building, "all_wheels", lacking)
    assert command.main([str(tmp_path)]) == 1
    assert "numpy-2.0-wasm32.whl cannot be had." in capsys.readouterr().err
    assert [path.name for path in tmp_path.iterdir()] == ["lite"]
    assert before.exists()


def test_without_a_site_it_says_how_to_make_one(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    assert command.main([str(tmp_path / "none")]) == 1
    assert "`make site` makes one" in capsys.readouterr().err
