"""Which pages the site has, how links lead between them, and what is prepared for Sphinx."""

from __future__ import annotations

import json
import re
import shutil
import tomllib
from pathlib import Path

import pytest
from docutils import frontend, nodes, utils
from pygments.styles import get_style_by_name

from course_tools.files import ROOT
from course_tools.notebooks.cells import Notebook
from course_tools.notebooks.course import lessons
from course_tools.notebooks.stored import HTML, PNG
from course_tools.site.launch import first_cell, launches
from course_tools.site.mathematics import PACKAGE, Formula, FormulaError, style_sheet, write
from course_tools.site.pages import Page, Site, site_of
from course_tools.site.prepare import prepared, toctree
from course_tools.site.settings import SETTINGS, Settings, SettingsError, read_settings
from course_tools.site.tips import anchor_of, glossary, mark_terms, plain
from course_tools.site.wording import read_words, reworded, the_way
from lessons_lib.predictions import questions

SITE = site_of(Settings("Momentum"))
CONF = ROOT / "site" / "conf.py"
VALLEYS = "notebooks/04_valleys.ipynb"
FORMULAS = pytest.mark.skipif(
    not (PACKAGE.is_dir() and shutil.which("node")), reason="`make site` fetches KaTeX"
)


def settings_of(text: str, folder: Path) -> Settings:
    """Read settings that say this."""
    path = folder / "site.toml"
    path.write_text(text, encoding="utf-8")
    return read_settings(path)


def test_the_settings_can_be_read():
    settings = read_settings()
    assert settings.title
    assert all(settings.takes(number) for number in range(1, 14))


def test_a_group_may_take_some_lessons(tmp_path: Path):
    settings = settings_of('title = "Ours"\nlessons = [4, 1]', tmp_path)
    assert settings.lessons == (1, 4)
    names = [page.name for page in site_of(settings).of("course")]
    assert names == [
        "index",
        "notebooks/92_ten_questions",
        "notebooks/01_line_and_loss",
        "notebooks/04_valleys",
        "notebooks/93_same_ten_questions",
    ]
    assert "12_real_task" not in the_way([Path(name).name for name in names])


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("title = ", "cannot be read"),
        ('name = "Ours"', "there is no setting 'name'. There are title, address"),
        ("title = 3", "title is 3; it must be a text in quotes."),
        ('title = ""', "it needs a title"),
        ('title = "a"\nrepository = "git@x"', 'must begin with https://, or be empty: "".'),
        ('title = "a"\nlessons = "some"', "lessons is 'some'; it must be \"all\", or a list"),
        ('title = "a"\nlessons = []', "lessons is []; it must be"),
        ('title = "a"\nlessons = [1, 77]', "lessons names 77; it must be"),
    ],
)
def test_settings_that_cannot_be_used_are_refused(text: str, said: str, tmp_path: Path):
    with pytest.raises(SettingsError, match=r"site\.toml") as refused:
        settings_of(text, tmp_path)
    assert said in str(refused.value)


def test_every_notebook_and_every_note_is_a_page():
    sources = set(SITE.by_source)
    assert len(sources) == len(SITE.pages) == len(SITE.by_name)
    wanted = [*ROOT.glob("notebooks/*.ipynb"), *ROOT.glob("*/*/*_[01][0-9]_*.ipynb")]
    wanted += ROOT.glob("instructors/*.md")
    files = {path.relative_to(ROOT).as_posix() for path in wanted if "my_course" not in str(path)}
    assert files <= sources


def test_the_course_comes_in_order():
    names = [Path(page.name).name for page in SITE.of("course")]
    assert names[:3] == ["index", "92_ten_questions", "01_line_and_loss"]
    assert names[-3:] == ["12_real_task", "93_same_ten_questions", "13_after_momentum"]


@pytest.mark.parametrize(
    ("target", "source", "leads"),
    [
        ("05_averages.ipynb", VALLEYS, "05_averages.html"),
        ("03_step_size.ipynb#How-far?", VALLEYS, "03_step_size.html#How-far?"),
        ("00_start_here.ipynb", VALLEYS, "../index.html"),
        ("04_valleys.ipynb", "notebooks/00_start_here.ipynb", "notebooks/04_valleys.html"),
        (
            "../exercises/04_valleys/exercise_04_valleys.ipynb",
            VALLEYS,
            "../exercises/04_valleys/exercise_04_valleys.html",
        ),
        ("/notebooks/91_glossary.ipynb", "instructors/README.md", "../notebooks/91_glossary.html"),
        ("#here", VALLEYS, "#here"),
        ("https://example.org/a.ipynb", VALLEYS, "https://example.org/a.ipynb"),
        ("mailto:a@example.org", VALLEYS, "mailto:a@example.org"),
        ("../README.md", "instructors/README.md", ""),
        ("14_none.ipynb", VALLEYS, ""),
    ],
)
def test_links_lead_from_page_to_page(target: str, source: str, leads: str):
    assert SITE.lead(target, source) == leads


def test_files_that_are_no_pages_are_linked_where_they_are_public():
    site = Site(SITE.pages, "https://example.org/c", "main")
    there = site.lead("../CONTRIBUTING.md", "instructors/README.md")
    assert there == "https://example.org/c/blob/main/CONTRIBUTING.md"
    assert site.lead("14_none.ipynb", VALLEYS) == ""  # a lesson that a group has left out


def test_a_page_offers_to_run_its_notebook():
    page, alone = SITE.by_source[VALLEYS], Settings("Momentum")
    assert list(launches(page, alone, lite=False)) == []
    assert first_cell(alone) == ""
    (here,) = launches(page, alone, lite=True)
    assert here.link == "../lite/index.html?path=notebooks/04_valleys.ipynb"
    public = Settings("Momentum", repository="https://github.com/you/course", branch="next")
    links = {each.name: each.link for each in launches(page, public, lite=False)}
    assert links == {
        "Binder": "https://mybinder.org/v2/gh/you/course/next"
        "?urlpath=lab%2Ftree%2Fmy_course%2Fnotebooks%2F04_valleys.ipynb",
        "Colab": "https://colab.research.google.com/github/you/course/blob/next/" + VALLEYS,
        "Codespaces": "https://codespaces.new/you/course",
    }
    assert "--no-deps git+https://github.com/you/course@next" in first_cell(public)
    assert "enable_custom_widget_manager()" in first_cell(public)
    elsewhere = Settings("Momentum", repository="https://git.example.org/you/course")
    (binder,) = launches(page, elsewhere, lite=False)
    assert binder.link.startswith("https://mybinder.org/v2/git/https%3A%2F%2Fgit.example.org")
    assert first_cell(elsewhere) == ""
    assert list(launches(SITE.by_source["instructors/README.md"], public, lite=True)) == []


def test_a_notebook_is_prepared_without_pictures_in_html():
    cells = {cell.id: cell for cell in prepared(SITE.by_source[VALLEYS], SITE, ROOT).cells}
    explorer = cells["explore-valley"]
    assert explorer.metadata["parts"] == {"data-live": "04_valleys--explore-valley"}
    assert explorer.metadata["mystnb"]["image"]["alt"].startswith("Figure with 2 panels.")
    assert explorer.metadata["mystnb"]["image"]["classes"] == "panels"
    for cell in cells.values():
        for output in cell.get("outputs", []):
            assert not {PNG, HTML} <= set(output.get("data", {}))
    asked = cells["commit-longer"]
    assert asked.metadata["parts"] == {"data-prediction": "4 longer"}
    assert asked.metadata["tags"] == ["remove-input"]
    assert asked.outputs[0].data["text/markdown"] == "*Your prediction: a, b or c?*"
    assert cells["turn-numbers-1"].metadata["tags"] == ["hide-input"]
    assert cells["title"].source.startswith("<!-- cell: title -->\n\n# 4")


def test_every_explorer_and_every_question_is_marked():
    parts: dict[str, int] = {}
    for page in SITE.of("course"):
        for cell in prepared(page, SITE, ROOT).cells:
            for name in cell.metadata.get("parts", {}):
                parts[name] = parts.get(name, 0) + 1
    assert parts["data-live"] == 1 + sum(
        cell.id.startswith("explore-") and cell.cell_type == "code"
        for path in [ROOT / "notebooks" / "00_start_here.ipynb", *lessons(ROOT / "notebooks")]
        for cell in Notebook.read(path).nb.cells
    )
    assert parts["data-before"] == parts["data-after"] == 10
    assert parts["data-changes"] == 1
    assert parts["data-prediction"] == len(questions())


def test_a_page_says_what_a_page_should_say():
    nb = prepared(SITE.by_source["notebooks/00_start_here.ipynb"], SITE, ROOT)
    text = "\n".join(cell.source for cell in nb.cells)
    assert "Shift + Enter" not in text
    assert "Run the cell" not in text
    assert "These pages need nothing installed." in text
    assert "| [4 · Valleys](04_valleys.ipynb) |" in text


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ({"say": [{"cell": "title", "instead_of": "Never said", "say": ""}]}, "does not say"),
        ({"say": [{"cell": "gone", "instead_of": "a", "say": ""}]}, "cell 'gone'"),
        ({"leave_out": [{"cells": ["gone"], "reason": ""}]}, "has no cell 'gone'"),
    ],
)
def test_words_for_what_is_not_there_are_refused(words: dict, said: str):
    for each in [entry for entries in words.values() for entry in entries]:
        each["notebook"] = "04_valleys"
    with pytest.raises(SettingsError, match=said):
        reworded(Notebook.read(ROOT / VALLEYS), words)


def test_each_entry_of_the_words_names_a_notebook_and_what_is_left_out_has_a_reason():
    words = read_words()
    for kind in ("say", "leave_out"):
        for each in words[kind]:
            assert (ROOT / "notebooks" / f"{each['notebook']}.ipynb").exists()
    assert all(each["reason"] for each in words["leave_out"])


def test_the_contents_are_written_as_sphinx_reads_them():
    assert toctree(["a/b"], "Part").strip().splitlines() == [
        "```{toctree}",
        ":hidden:",
        ":caption: Part",
        "",
        "/a/b",
        "```",
    ]


# --- Colours ------------------------------------------------------------------------------------


def brightness(colour: str) -> float:
    """Return the relative luminance of a colour such as "#0a3069", as WCAG 2.2 defines it."""
    parts = [int(colour[k : k + 2], 16) / 255 for k in (1, 3, 5)]
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    """Return how well two colours can be told apart, from 1 to 21."""
    light, dark = sorted((brightness(one), brightness(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def faint(style: str) -> list[str]:
    """Return the colours of code that cannot be told from its background: below 4.5 to 1."""
    found = get_style_by_name(style)
    colours = {f"#{each['color']}" for _, each in found if each["color"]}
    return sorted(each for each in colours if contrast(each, found.background_color) < 4.5)


def test_code_can_be_told_from_its_background_in_both_themes():
    chosen = re.findall(r'^pygments_\w*style = "(.+)"$', CONF.read_text("utf-8"), re.MULTILINE)
    assert len(chosen) == 2
    assert [faint(style) for style in chosen] == [[], []]


def test_faint_code_would_be_found():
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)
    assert faint("default")  # the style that Sphinx takes by itself


# --- Terms --------------------------------------------------------------------------------------


def page_with(*children: nodes.Node) -> nodes.document:
    """Return a page of Sphinx that holds this."""
    document = utils.new_document("page", frontend.get_default_settings())
    document.extend(children)
    return document


def terms_in(document: nodes.document) -> list[str]:
    """Return what is marked in a page, and where it leads."""
    return [
        f"{node.astext()} {node['href']}"
        for node in document.findall()
        if "tip" in getattr(node, "attributes", {})
    ]


def test_the_first_of_each_term_leads_to_the_glossary():
    said = (
        "The Hessian is a matrix. Of the Hessian and the gradient, the learning rate knows nothing."
    )
    document = page_with(nodes.paragraph("", said))
    mark_terms(document, SITE.by_source[VALLEYS], "g.html")
    assert terms_in(document) == [
        "Hessian g.html#term-hessian",
        "matrix g.html#term-matrix",
        "gradient g.html#term-gradient",
        "learning rate g.html#term-learning-rate",
    ]
    assert document.astext() == said


@pytest.mark.parametrize(
    "child",
    [
        nodes.section("", nodes.title("", "The Hessian")),
        nodes.paragraph("", "", nodes.reference("", "the Hessian", refuri="a")),
        nodes.paragraph("", "", nodes.literal("", "Hessian")),
        nodes.literal_block("", "Hessian"),
        nodes.paragraph("", "Nothing to explain."),
    ],
)
def test_no_term_is_marked_in_headings_links_and_code(child: nodes.Node):
    document = page_with(child)
    mark_terms(document, SITE.by_source[VALLEYS], "g.html")
    assert terms_in(document) == []


def test_the_ten_questions_stay_without_terms():
    document = page_with(nodes.paragraph("", "The Hessian."))
    mark_terms(document, Page("notebooks/92_ten_questions.ipynb", "course"), "g.html")
    assert terms_in(document) == []


def test_anchors_of_terms_differ():
    anchors = [anchor_of(name) for name in glossary()]
    assert len(set(anchors)) == len(anchors) > 80
    assert plain("Of `A`, see [here](b.ipynb), **loud**.") == "Of A, see here, loud."


# --- Formulas -----------------------------------------------------------------------------------


@FORMULAS
def test_formulas_are_written_with_words_for_those_who_listen():
    small, large = Formula(r"\kappa = L/\mu", False), Formula(r"\frac{1}{2}", True)
    written = write([small, large, small])
    assert set(written) == {small, large}
    assert "<math" in written[small]
    assert "katex-display" in written[large]
    assert "katex-display" not in written[small]


@FORMULAS
def test_a_formula_that_katex_does_not_understand_is_refused():
    with pytest.raises(FormulaError, match="kapa"):
        write([Formula(r"\kapa{", False)])


@FORMULAS
def test_only_one_form_of_letters_is_loaded():
    css = style_sheet()
    assert ".woff2" in css
    assert ".ttf" not in css
    assert ".woff)" not in css


def test_the_lock_file_names_no_place():
    lock = (ROOT / "site" / "package-lock.json").read_text(encoding="utf-8")
    assert "resolved" not in lock
    taken = {name: each for name, each in json.loads(lock)["packages"].items() if name}
    assert {"node_modules/katex", "node_modules/reveal.js"} <= set(taken)
    assert all(each["integrity"].startswith("sha512-") for each in taken.values())


def test_the_settings_name_no_public_address():
    found = tomllib.loads(SETTINGS.read_text(encoding="utf-8"))
    assert found["address"] == found["repository"] == ""
