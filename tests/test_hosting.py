"""What carries the course elsewhere: the workflow that publishes its pages, and the codespace."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

import pytest
import yaml
from packaging.specifiers import SpecifierSet

from course_tools.files import ROOT
from course_tools.locks import read_project
from course_tools.rules.pages import Page, unknown_commands

WORKFLOW = ROOT / ".github" / "workflows" / "site.yml"
CODESPACE = ROOT / ".devcontainer" / "devcontainer.json"
BUILT = "site/_build"


def allowed(python: str) -> bool:
    """Whether the course runs with a Python such as 3.12."""
    return SpecifierSet(read_project(ROOT)["requires-python"]).contains(f"{python}.0")


def faults_of_commands(commands: list[str]) -> Iterator[str]:
    """Refuse commands that the course does not have."""
    if not any(command.startswith("make ") for command in commands):
        yield "it calls no `make`"
    for command in commands:
        yield from unknown_commands(Page(WORKFLOW, command))


def faults_of_workflow(text: str) -> Iterator[str]:
    """Refuse a workflow that builds with another Python, or publishes another folder."""
    flow = yaml.safe_load(text)
    (job,) = flow["jobs"].values()
    steps = {each["uses"].split("@")[0]: each for each in job["steps"] if "uses" in each}
    yield from faults_of_commands([each["run"] for each in job["steps"] if "run" in each])
    if not allowed(steps["actions/setup-python"]["with"]["python-version"]):
        yield "the course does not run with its Python"
    if steps["actions/upload-pages-artifact"]["with"]["path"] != BUILT:
        yield f"it does not publish {BUILT}"
    if flow["permissions"].get("pages") != "write" or flow["permissions"]["contents"] != "read":
        yield "it may write something else than pages, or not even these"


def faults_of_codespace(text: str) -> Iterator[str]:
    """Refuse a codespace with another Python, or one that opens another port than JupyterLab's."""
    space = json.loads(text)
    command = space["postAttachCommand"]
    yield from faults_of_commands([command])
    if not allowed(space["image"].rpartition(":")[2]):
        yield "the course does not run with its Python"
    ports = [int(port) for port in re.findall(r"--port=(\d+)", command)]
    if space["forwardPorts"] != ports or list(space["portsAttributes"]) != list(map(str, ports)):
        yield f"JupyterLab's port {ports} is not the one that is opened"


def test_the_workflow_publishes_the_pages() -> None:
    assert list(faults_of_workflow(WORKFLOW.read_text(encoding="utf-8"))) == []


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("make site", "make sight", "there is no `make sight`"),
        ("- run: make site LITE=1", "- run: echo", "it calls no `make`"),
        ('"3.12"', '"3.10"', "the course does not run with its Python"),
        ("path: site/_build", "path: site", "it does not publish site/_build"),
        ("contents: read", "contents: write", "it may write something else than pages"),
    ],
)
def test_a_workflow_with_a_fault_is_refused(old: str, new: str, said: str) -> None:
    text = WORKFLOW.read_text(encoding="utf-8")
    assert old in text
    assert said in "\n".join(faults_of_workflow(text.replace(old, new)))


def test_a_codespace_opens_the_course() -> None:
    assert list(faults_of_codespace(CODESPACE.read_text(encoding="utf-8"))) == []


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("make lab", "make lap", "there is no `make lap`"),
        (":3.12", ":3.15", "the course does not run with its Python"),
        ("--port=8888", "--port=8889", "JupyterLab's port [8889] is not the one that is opened"),
        ('"8888": {', '"8080": {', "JupyterLab's port [8888] is not the one that is opened"),
    ],
)
def test_a_codespace_with_a_fault_is_refused(old: str, new: str, said: str) -> None:
    text = CODESPACE.read_text(encoding="utf-8")
    assert old in text
    assert said in "\n".join(faults_of_codespace(text.replace(old, new)))
