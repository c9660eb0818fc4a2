"""What leads to a server: values for a chart, Binder's files, and the pages about them."""

from __future__ import annotations

import copy
import json
import os
import re
import shlex
import subprocess
import sys
from collections.abc import Iterable, Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

import nbformat
import pytest
import yaml
from jsonschema import Draft7Validator

from course_tools.desk import START_PAGE
from course_tools.files import MY_COURSE, ROOT

GROWTH = ROOT / "growth"
VALUES = (GROWTH / "values.yaml").read_text("utf-8")
README = (GROWTH / "README.md").read_text("utf-8")
LITTLEST = (GROWTH / "littlest.md").read_text("utf-8")
CHART = json.loads((GROWTH / "chart.json").read_text("utf-8"))

PLACES_OF_OTHERS = ("hub.example.org", "git.example.org", "registry.example.org")
"""Where a reader puts an address of their own."""


def blocks(text: str, language: str = "") -> list[str]:
    """Return the listings of a page, without the indent that a list gives them."""
    found = re.finditer(r"^( *)```(\w*)\n(.*?)^\1```$", text, re.M | re.S)
    return [
        re.sub(rf"^{each[1]}", "", each[3], flags=re.M) for each in found if each[2] == language
    ]


# --- The values for the chart ---------------------------------------------------------------------


def merged(below: dict[str, Any], above: dict[str, Any]) -> dict[str, Any]:
    """Lay values over others, as Helm does: tables are merged, all else is replaced."""
    made = copy.deepcopy(below)
    for key, value in above.items():
        both = isinstance(value, dict) and isinstance(made.get(key), dict)
        made[key] = merged(made[key], value) if both else value
    return made


def faults_of_values(text: str) -> Iterator[str]:
    """Refuse values that the chart does not take, or that do not begin at the start page."""
    [own] = blocks(README, "yaml")
    values = merged(merged(CHART["defaults"], yaml.safe_load(text)), yaml.safe_load(own))
    for fault in Draft7Validator(CHART["schema"]).iter_errors(values):
        yield f"{fault.json_path}: {fault.message}"
    yield from faults_of_start(values)


def faults_of_start(values: dict[str, Any]) -> Iterator[str]:
    """Refuse a first page that is not in the copy, or a copy that its learner does not see."""
    home = values["hub"]["config"]["KubeSpawner"]["notebook_dir"]
    server = values["singleuser"]
    command = server["lifecycleHooks"]["postStart"]["exec"]["command"]
    if home != server["storage"]["homeMountPath"]:
        yield f"{home} is not where the learner's disk is"
    if command[:4] != ["python", "-m", "course_tools.desk", "--folder"]:
        yield f"{command} makes no copy of the course"
    elif server["defaultUrl"] != f"/lab/tree/{MY_COURSE}/{START_PAGE}":
        yield f"the copy has no {server['defaultUrl']}"
    elif command[4] != f"{home}/{MY_COURSE}":
        yield f"the copy is made in {command[4]}, and looked for elsewhere"


def test_the_values_fit_the_chart() -> None:
    assert list(faults_of_values(VALUES)) == []


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("  memory:", "  memery:", "('memery' was unexpected)"),
        ('tag: "2026-11-27"', "tag: 20261127", "$.singleuser.image.tag: 20261127 is not of type"),
        ("limit: 2\n", 'limit: "2"\n', "$.singleuser.cpu.limit: '2' is not of type 'number'"),
        ("timeout: 7200", "timeout: 2 hours", "$.cull.timeout: '2 hours' is not of type 'integer'"),
        ("    JupyterHub:", "    jupyterhub:", "'jupyterhub' does not match any of the regexes"),
        ("nonPrivateIPs: false", "nonPrivateIPs: 0", "0 is not of type 'boolean'"),
        ("cull:", "culling:", "('culling' was unexpected)"),
        ("00_start_here", "00_start", "the copy has no /lab/tree/my_course/notebooks/00_start.ipy"),
        ("_dir: /home/jovyan", "_dir: /srv", "/srv is not where the learner's disk is"),
        ("--folder, /home/jovyan/my", "--folder, /home/my", "the copy is made in /home/my_course"),
        ("course_tools.desk", "course_tools.disk", "makes no copy of the course"),
    ],
)
def test_values_with_a_fault_are_refused(old: str, new: str, said: str) -> None:
    assert VALUES.count(old) == 1
    assert said in "\n".join(faults_of_values(VALUES.replace(old, new)))


def test_values_replace_what_is_no_table() -> None:
    below = {"a": {"b": 1, "c": [1, 2]}, "d": None}
    assert merged(below, {"a": {"c": [3]}, "d": {"e": 4}}) == {
        "a": {"b": 1, "c": [3]},
        "d": {"e": 4},
    }
    assert below == {"a": {"b": 1, "c": [1, 2]}, "d": None}


def test_everybody_gets_the_memory_that_the_page_promises() -> None:
    memory = yaml.safe_load(VALUES)["singleuser"]["memory"]
    assert f"plan {memory['guarantee'].replace('M', ' MB')} for each" in README
    assert f"stopped at {memory['limit'].replace('G', ' GB')}" in README
    assert f"limits.memory {memory['limit']}" in LITTLEST


def test_one_version_of_the_chart_is_named_everywhere() -> None:
    version = CHART["version"]
    assert re.findall(r"chart ([\d.]+\d)", VALUES + README) == [version] * 2
    assert re.findall(r"jupyterhub/jupyterhub --version (\S+)", README) == [version]
    assert all(re.fullmatch("[0-9a-f]{64}", each) for each in CHART["sha256"].values())


def test_the_command_of_the_values_makes_a_copy(tmp_path: Path) -> None:
    hooks = yaml.safe_load(VALUES)["singleuser"]["lifecycleHooks"]
    python, *rest = hooks["postStart"]["exec"]["command"]
    assert python == "python"
    command = [sys.executable, *rest[:-1], str(tmp_path / "home" / Path(rest[-1]).name)]
    (tmp_path / "home").mkdir()
    for _ in range(2):  # at every start
        done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        assert (tmp_path / "home" / MY_COURSE / START_PAGE).exists()


# --- Binder ---------------------------------------------------------------------------------------

WOULD_TAKE_OVER = {
    *("Dockerfile", "binder", ".binder", "Project.toml", "REQUIRE", "default.nix"),
    *("runtime.txt", "install.R", "DESCRIPTION", "apt.txt", "start"),
}
"""What repo2docker reads before `environment.yml`, or beside it."""


def faults_of_binder(names: Iterable[str], build: str) -> Iterator[str]:
    """Refuse files that make repo2docker build something else, and a build that cannot run."""
    for name in sorted(WOULD_TAKE_OVER & set(names)):
        yield f"{name} tells repo2docker something else than environment.yml"
    if not build.startswith("#!/bin/bash\n"):
        yield "postBuild does not say which shell runs it"
    for module in re.findall(r"^python -m (\S+)", build, re.M):
        if module != "pip" and not find_spec(module):
            yield f"postBuild runs {module}, which is not there"


def test_repo2docker_finds_what_it_needs() -> None:
    build = ROOT / "postBuild"
    names = [each.name for each in ROOT.iterdir()]
    assert {"environment.yml", "requirements.txt"} <= set(names)
    assert list(faults_of_binder(names, build.read_text("utf-8"))) == []
    subprocess.run(["bash", "-n", build], check=True)
    assert os.access(build, os.X_OK)


@pytest.mark.parametrize(
    ("name", "build", "said"),
    [
        ("Dockerfile", "#!/bin/bash\n", "Dockerfile tells repo2docker something else"),
        ("binder", "#!/bin/bash\n", "binder tells repo2docker something else"),
        ("a.py", "python -m pip install x\n", "postBuild does not say which shell runs it"),
        ("a.py", "#!/bin/bash\npython -m course_tools.disk\n", "runs course_tools.disk, which is"),
    ],
)
def test_other_files_for_binder_are_refused(name: str, build: str, said: str) -> None:
    assert said in "\n".join(faults_of_binder([name, "environment.yml"], build))


# --- The pages ------------------------------------------------------------------------------------

PROGRAMS = {"cd", "curl", "git", "helm", "pip", "python", "repo2docker", "sudo"}


def faults_of_listing(listing: str) -> Iterator[str]:
    """Refuse programs that no page explains, and modules and files that the course has not."""
    for line in listing.splitlines():
        program, *words = shlex.split(line)
        if line.startswith("https://"):
            continue
        if program not in PROGRAMS:
            yield f"{program}: nobody says what this is"
        for before, word in zip([program, *words], words, strict=False):
            if before == "-m" and not find_spec(word):
                yield f"{line}: there is no {word}"
            named = re.fullmatch(r"(?:growth/)?[\w-]+\.(?:txt|yml|yaml)", word)
            if named and word != "own.yaml" and not (ROOT / word).exists():
                yield f"{line}: there is no {word}"


def faults_of_link(link: str) -> Iterator[str]:
    """Refuse a link that leads to no notebook of a learner's copy."""
    place = urlsplit(link)
    asked = {key: value[0] for key, value in parse_qs(place.query).items()}
    if place.netloc not in PLACES_OF_OTHERS:
        yield f"{place.netloc} is somebody's address"
    page = asked.get("urlpath", place.path.removeprefix("/hub/user-redirect/"))
    if page != f"lab/tree/{MY_COURSE}/{START_PAGE}":
        yield f"no copy has {page}"
    if asked and urlsplit(asked["repo"]).path.rpartition("/")[2] != MY_COURSE:
        yield f"{asked['repo']} would be fetched into another folder than {MY_COURSE}"
    if asked and place.path != "/hub/user-redirect/git-pull":
        yield f"{place.path} fetches nothing"


@pytest.mark.parametrize("page", [README, LITTLEST], ids=["README", "littlest"])
def test_the_listings_name_what_is_there(page: str) -> None:
    listings = blocks(page)
    assert listings
    assert [fault for each in listings for fault in faults_of_listing(each)] == []
    (link,) = (each.strip() for each in listings if each.startswith("https://"))
    assert list(faults_of_link(link)) == []
    assert unquote(link) != link or "?" not in link


@pytest.mark.parametrize(
    ("listing", "said"),
    [
        ("kubectl get pods", "kubectl: nobody says what this is"),
        ("pip install -r requirements-hub.txt", "there is no requirements-hub.txt"),
        ("python -m course_tools.disk", "there is no course_tools.disk"),
        ("helm upgrade --values growth/value.yaml", "there is no growth/value.yaml"),
    ],
)
def test_a_listing_with_a_fault_is_refused(listing: str, said: str) -> None:
    assert said in "\n".join(faults_of_listing(listing))


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("00_start_here", "start", "no copy has lab/tree/my_course/notebooks/start.ipynb"),
        ("grace%2Fmy_course", "grace%2Fcourse", "would be fetched into another folder"),
        ("git-pull", "git-push", "/hub/user-redirect/git-push fetches nothing"),
        ("hub.example.org", "hub.example.com", "hub.example.com is somebody's address"),
    ],
)
def test_a_link_that_leads_elsewhere_is_refused(old: str, new: str, said: str) -> None:
    (link,) = (each.strip() for each in blocks(README) if each.startswith("https://"))
    assert old in link
    assert said in "\n".join(faults_of_link(link.replace(old, new, 1)))


def test_the_copy_for_a_repository_is_made_as_the_page_says(tmp_path: Path) -> None:
    (listing,) = (each for each in blocks(README) if "git init" in each)
    here = tmp_path / "course"
    here.mkdir()
    who = {
        f"GIT_{role}_{what}": "a@b"
        for role in ("AUTHOR", "COMMITTER")
        for what in ("NAME", "EMAIL")
    }
    script = listing.replace("python -m", f"{shlex.quote(sys.executable)} -m")
    subprocess.run(
        ["bash", "-euc", script], cwd=here, env=os.environ | who, check=True, capture_output=True
    )
    copy_of_course = tmp_path / MY_COURSE
    held = subprocess.run(
        ["git", "ls-files"], cwd=copy_of_course, check=True, capture_output=True, text=True
    )
    assert START_PAGE in held.stdout.splitlines()
    lesson = nbformat.read(copy_of_course / "notebooks" / "06_momentum.ipynb", as_version=4)
    assert not any(cell.get("outputs") for cell in lesson.cells)  # no answer is given away
