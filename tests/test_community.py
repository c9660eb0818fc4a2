"""What a stranger looks for: how to cite, what has changed, where to report, how to behave."""

from __future__ import annotations

import datetime
import re
import tomllib
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import yaml

from course_tools.files import ROOT
from course_tools.rules.pages import Page, broken_links

Record = dict[str, Any]
FORMS = ("failed-start", "wrong-accusation", "wrong-sentence")
PAGES = ("CHANGELOG.md", "CODE_OF_CONDUCT.md", "CONTRIBUTING.md", "README.md")
TYPES = {"markdown", "input", "textarea", "dropdown", "checkboxes"}
CITED = ("cff-version", "message", "title", "abstract", "authors", "version", "date-released")
CITED += ("license", "keywords")
COMMUNITY = ("CITATION.cff", "CHANGELOG.md", "CODE_OF_CONDUCT.md")


def project() -> Record:
    """What pyproject.toml says of the course."""
    with (ROOT / "pyproject.toml").open("rb") as file:
        return tomllib.load(file)["project"]


def read(path: str) -> str:
    return (ROOT / path).read_text(encoding="utf-8")


# --- How to cite ----------------------------------------------------------------------------------


def faults_of_citation(text: str) -> Iterator[str]:
    """Refuse a citation that lacks a part, or says something else than pyproject.toml."""
    cited = yaml.safe_load(text)
    yield from (f"{key} is missing" for key in CITED if not cited.get(key))
    if cited.get("cff-version") != "1.2.0":
        yield "cff-version is not 1.2.0"
    if cited.get("version") != project()["version"]:
        yield f"the version is not {project()['version']}"
    if " AND ".join(cited.get("license", [])) != project()["license"]:
        yield f"the licence is not {project()['license']}"
    if not isinstance(cited.get("date-released"), datetime.date):
        yield "date-released is no date"
    if not all(author.get("name") or author.get("family-names") for author in cited["authors"]):
        yield "an author has no name"


def test_the_course_can_be_cited():
    assert list(faults_of_citation(read("CITATION.cff"))) == []


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("abstract:", "about:", "abstract is missing"),
        ("1.2.0", "1.1.0", "cff-version is not 1.2.0"),
        ("version: 0.", "version: 7.", "the version is not 0."),
        ("  - MIT\n", "", "the licence is not MIT AND CC-BY-4.0"),
        ("date-released: 2", "date-released: in 2", "date-released is no date"),
        ("- name:", "- alias:", "an author has no name"),
    ],
)
def test_a_wrong_citation_is_refused(old: str, new: str, said: str):
    text = read("CITATION.cff")
    assert old in text
    spoilt = text.replace(f"\n{old}", f"\n{new}") if f"\n{old}" in text else text.replace(old, new)
    assert said in "\n".join(faults_of_citation(spoilt))


# --- What has changed -----------------------------------------------------------------------------


def faults_of_changelog(text: str) -> Iterator[str]:
    """Refuse a changelog that does not name the version, out of order, or without who notices."""
    released = re.findall(r"^## (\d+\.\d+\.\d+) - (\d{4}-\d\d-\d\d)$", text, flags=re.MULTILINE)
    versions = [[int(part) for part in version.split(".")] for version, _ in released]
    cited = yaml.safe_load(read("CITATION.cff"))
    if (str(cited["version"]), str(cited["date-released"])) not in released:
        yield f"no heading '## {cited['version']} - {cited['date-released']}'"
    if versions != sorted(versions, reverse=True):
        yield "the newest does not stand first"
    if not re.search(r"\A# .*?^## Unreleased$", text, flags=re.MULTILINE | re.DOTALL):
        yield "no heading '## Unreleased'"
    for part in re.split(r"^## ", text, flags=re.MULTILINE)[1:]:
        for heading in ("### For learners\n\n- ", "### For instructors\n\n- "):
            if heading not in part:
                yield f"{part.splitlines()[0]}: nothing below {heading.split(chr(10))[0]!r}"


def test_the_changelog_says_what_has_changed():
    assert list(faults_of_changelog(read("CHANGELOG.md"))) == []


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("## 0.1.0 -", "## 0.0.9 -", "no heading '## 0.1.0 - 2"),
        ("## 0.1.0 - 2", "## 0.1.0 - 1", "no heading '## 0.1.0 - 2"),
        ("## 0.1.0", "## 0.0.1 - 2020-01-01\n\n## 0.1.0", "the newest does not stand first"),
        ("## Unreleased", "## Soon", "no heading '## Unreleased'"),
        ("### For instructors", "### For all", "Unreleased: nothing below '### For instructors'"),
        ("### For learners\n\n-", "### For learners\n\nN", "nothing below '### For learners'"),
    ],
)
def test_a_changelog_with_a_fault_is_refused(old: str, new: str, said: str):
    text = read("CHANGELOG.md")
    assert old in text
    assert said in "\n".join(faults_of_changelog(text.replace(old, new, 1)))


# --- Where to report ------------------------------------------------------------------------------


def faults_of_form(form: Record) -> Iterator[str]:
    """Refuse a form that the platform would not show, or in which nothing has to be said."""
    yield from (f"{key} is missing" for key in ("name", "description", "body") if not form.get(key))
    asked = [each for each in form.get("body", []) if each.get("type") != "markdown"]
    ids = [str(each.get("id", "")) for each in asked]
    if any(not re.fullmatch(r"[a-z][a-z-]*", name) for name in ids) or len(set(ids)) < len(ids):
        yield f"ids are missing or given twice: {', '.join(ids)}"
    if not any(each.get("validations", {}).get("required") for each in asked):
        yield "no question has to be answered"
    for each in form.get("body", []):
        yield from faults_of_question(each)


def faults_of_question(question: Record) -> Iterator[str]:
    """Refuse a question of an unknown type, or without what its type needs."""
    kind, attributes = question.get("type"), question.get("attributes", {})
    if kind not in TYPES:
        yield f"{kind!r} is no type; there are {', '.join(sorted(TYPES))}"
    elif not attributes.get("value" if kind == "markdown" else "label"):
        yield f"a question of type {kind} says nothing"
    if kind in ("dropdown", "checkboxes") and not attributes.get("options"):
        yield f"a question of type {kind} has no options"


def form(name: str) -> Record:
    return yaml.safe_load(read(f".github/ISSUE_TEMPLATE/{name}.yml"))


@pytest.mark.parametrize("name", FORMS)
def test_forms_ask_for_what_one_needs(name: str):
    assert list(faults_of_form(form(name))) == []


def test_no_other_form_lies_there_and_blank_issues_are_allowed():
    files = {path.stem for path in (ROOT / ".github" / "ISSUE_TEMPLATE").iterdir()}
    assert files == {*FORMS, "config"}
    assert form("config") == {"blank_issues_enabled": True}


def drop(*way: str | int) -> Callable[[Record], None]:
    """Take something out of a form."""

    def spoil(form: Any) -> None:
        for step in way[:-1]:
            form = form[step]
        del form[way[-1]]

    return spoil


def ask_softly(question: Record) -> None:
    """Let a question go unanswered."""
    question.pop("validations", None)


REFUSED: dict[str, Callable[[Record], Any]] = {
    "name is missing": drop("name"),
    "description is missing": drop("description"),
    "body is missing": drop("body"),
    "ids are missing or given twice: ": drop("body", 1, "id"),
    "given twice: way, way": lambda form: form["body"][1].update(id="way"),
    "no question has to be answered": lambda form: [
        each.pop("validations", 0) for each in form["body"]
    ],
    "'essay' is no type": lambda form: form["body"][1].update(type="essay"),
    "a question of type input says nothing": drop("body", 1, "attributes", "label"),
    "a question of type dropdown has no options": drop("body", 0, "attributes", "options"),
}


@pytest.mark.parametrize(("said", "spoil"), REFUSED.items(), ids=REFUSED)
def test_a_form_with_a_fault_is_refused(said: str, spoil: Callable[[Record], Any]):
    spoilt = form("failed-start")
    spoil(spoilt)
    assert said in "\n".join(faults_of_form(spoilt))


# --- The links ------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", PAGES)
def test_links_lead_somewhere(name: str):
    assert list(broken_links(Page(ROOT / name, read(name)))) == []


def test_a_link_that_leads_nowhere_is_refused():
    page = Page(ROOT / "README.md", "\n[a](GONE.md), [b](LICENSE), [c](README.md#no-such-part)")
    assert list(broken_links(page)) == [
        "README.md:2: the link to GONE.md leads nowhere.",
        "README.md:2: README.md has no heading for #no-such-part.",
    ]


@pytest.mark.parametrize("name", COMMUNITY)
def test_the_readme_leads_there(name: str):
    assert f"]({name})" in read("README.md")


def test_the_code_of_conduct_says_where_to_report_without_an_address():
    text = read("CODE_OF_CONDUCT.md")
    assert "private message to one of the maintainers" in " ".join(text.split())
    assert not re.search(r"\S+@\S+\.\S+|INSERT|TODO", text)
