"""Decks are cut from pages by the ids of their cells; what is long gets a short form."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
from bs4 import BeautifulSoup, Tag

from course_tools.site.build import BuildError
from course_tools.site.slides import building, check, choosing
from course_tools.site.slides.check import BuiltDeck
from course_tools.site.slides.choosing import MOST, WANTED, slides_of
from course_tools.site.slides.cutting import Cell, cells_of
from course_tools.site.slides.shortening import EASY, TALL, parts_of, sentences, shortened
from course_tools.site.slides.speaking import Notes, notes_on
from course_tools.site.slides.writing import SHARED, section

FORMULA = (
    '<div class="math-wrapper docutils container"><div class="math"><span class="katex-display">'
    '<span class="katex-mathml"><math>{0}</math></span>{0}</span></div></div>'
)
CODE = (
    '<div class="cell" id="{0}"><div class="cell_input"><pre>{1}</pre></div>'
    '<div class="cell_output">{2}</div></div>'
)
PRINTED = '<div class="output stream"><pre>{}</pre></div>'
PICTURE = (
    '<a class="panel image-reference" href="../_images/a.png"><img alt="Figure: A valley. x axis: '
    'step, 0 to 1" loading="lazy" src="../_images/a.png"/></a>'
)
PAGE = f"""<html><head>
<link rel="stylesheet" type="text/css" href="../_static/styles/furo.css?v=1" />
<link rel="stylesheet" type="text/css" href="../_static/katex.css?v=1" />
<link rel="stylesheet" type="text/css" href="../_static/page.css?v=1" />
<script src="../_static/page.js?v=2"></script>
</head><body><article role="main"><div class="launches"><a href="x.html">Run it</a></div>
<section id="1-·-Hills">
<span id="title"></span><h1>1 · Hills<a class="headerlink" href="#1">#</a></h1>
<p><strong>You will be able to</strong> walk.</p><p><strong>You need</strong> shoes.</p>
<section id="The-question"><span id="question"></span><h2>The question</h2>
<p>A hill is <a class="term" data-tip="not low" href="91.html#high">high</a>, says
<a href="02.html#Top">the next lesson</a>:</p>
{CODE.format("heights", "print(1)", PRINTED.format("high: 1"))}
<p id="asked-again">So it is. <strong>How high is it?</strong></p></section>
<section id="Steps"><span id="steps"></span><h2>Steps</h2>
<p>A step is short. It leads down:
{FORMULA.format("x ← x − g")}</p><p>Then it is over.</p>
{CODE.format("step-by-hand", "def step(x):", "")}
{CODE.format("plot-steps", "plot()", PICTURE)}
<p id="read-steps">It falls.
<strong>Every step that leads down makes the next one shorter.</strong></p>
</section>
<section id="Predict"><span id="predict-far"></span><h2>Predict</h2>
<p>How far is it?</p>
<ul><li><p><strong>a</strong> Far.</p></li><li><p><strong>b</strong> Near.</p></li></ul>
<p>Choose before you go on.</p>
<div class="cell" id="commit-far"><div class="cell_output">
<div class="prediction-page" data-prediction="1 far"><p><em>a or b?</em></p></div></div></div>
{CODE.format("measure", "print(2)", PRINTED.format("2 steps"))}
<div class="docutils container" id="answer-far"></div>
<details><summary>The answer</summary><p><strong>b.</strong> Two steps.</p></details>
<details><summary>If you chose a</summary><p>You are tired.</p></details></section>
<section id="Explore"><span id="explore-hill-intro"></span><h2>Your hill</h2>
<p><strong>Goal: climb it.</strong></p>
<div class="cell" id="explore-hill"><div class="cell_input"><pre>explorers.hill()</pre></div>
<div class="cell_output">
<div class="live-page" data-live="01_hills--explore-hill">{PICTURE}</div></div></div>
</section>
<section id="Your-turn"><span id="your-turn"></span><h2>Your turn</h2>
<ol><li><p>Climb.</p></li></ol></section>
<section id="Three"><span id="summary"></span><h2>Three sentences to take away</h2>
<p>One goes up, by h > 0. Two goes <em>down.</em> Three is (as always) flat.</p></section>
</section></article></body></html>
"""
NAMES = [
    *("title", "question", "heights", "asked-again", "steps", "step-by-hand", "plot-steps"),
    *("read-steps", "predict-far", "commit-far", "measure", "answer-far", "explore-hill-intro"),
    *("explore-hill", "your-turn", "summary"),
]
GUIDE = """<html><body><article><section><h1>1 · Hills</h1><p>10 minutes.</p>
<section><h2>The one idea</h2><p>Down is down.</p></section>
<section><h2>Ask before the reveal</h2><section><h3><code>predict-far</code></h3>
<p>Ask: how far?</p><ul><li><p><strong>a</strong> is tired.</p></li></ul></section></section>
<section><h2>Timing</h2><table><thead><tr><th>From cell</th></tr></thead><tbody>
<tr><td><p><code>title</code></p></td><td><p>4</p></td><td><p>Begin.</p></td></tr>
<tr><td><p><code>predict-far</code></p></td><td><p>6</p></td>
<td><p>Vote, <em>then</em> run.</p></td></tr>
</tbody></table></section>
<section><h2>The explorer</h2><p>Let them climb.</p></section>
<section><h2>Run beforehand</h2><p>Nothing.</p></section>
<section><h2>When late</h2><p>Run.</p></section></section></article></body></html>
"""
Folder = Path


@pytest.fixture
def site(tmp_path: Path) -> Folder:
    """A site of one lesson, with the notes on it."""
    for name, text in (("notebooks/01_hills", PAGE), ("instructors/01_hills", GUIDE)):
        path = tmp_path / f"{name}.html"
        path.parent.mkdir()
        path.write_text(text, encoding="utf-8")
    return tmp_path


@pytest.fixture
def cells(site: Folder) -> list[Cell]:
    """The cells of the lesson."""
    return cells_of(site / "notebooks" / "01_hills.html", NAMES)


def blocks(html: str) -> list[Tag]:
    return BeautifulSoup(html, "html.parser").find_all(recursive=False)


def shown(cells: Sequence[Cell], kind: str) -> BeautifulSoup:
    """The only slide of a kind, as a browser gets it."""
    (slide,) = (each for each in slides_of(cells) if each.kind == kind)
    return BeautifulSoup(section(slide, "<p>notes</p>"), "html.parser")


# --- Cutting --------------------------------------------------------------------------------------


def test_a_page_is_cut_at_its_cells(cells: list[Cell]):
    assert [cell.name for cell in cells] == NAMES
    by_name = {cell.name: cell for cell in cells}
    assert by_name["measure"].printed == "2 steps"
    assert by_name["plot-steps"].figure is not None
    assert by_name["explore-hill"].figure is None
    assert by_name["read-steps"].section == "Steps"
    assert [each.get_text() for each in by_name["answer-far"].folded("If you chose a")] == [
        "You are tired."
    ]


def test_a_formula_inside_a_paragraph_comes_out_of_it(cells: list[Cell]):
    (steps,) = (cell for cell in cells if cell.name == "steps")
    assert [block.name for block in steps.said] == ["p", "div", "p"]


def test_what_only_a_page_needs_is_left_out(cells: list[Cell]):
    text = "".join(str(block) for cell in cells for block in cell.blocks)
    assert not re.search(r'headerlink|class="term"|image-reference|loading=|\bid=', text)
    assert '<a href="../notebooks/02.html#Top" target="_blank">' in text
    assert 'src="../_images/a.png"' in text


# --- Choosing -------------------------------------------------------------------------------------


def test_a_lesson_becomes_slides_in_its_own_order(cells: list[Cell]):
    assert [(each.kind, each.name) for each in slides_of(cells)] == [
        ("title", "title"),
        ("question", "question"),
        ("idea", "steps"),
        ("code", "step-by-hand"),
        ("figure", "plot-steps"),
        ("statement", "read-steps-said"),
        ("prediction", "commit-far"),
        ("answer", "answer-far"),
        ("explorer", "explore-hill"),
        ("turn", "your-turn"),
        ("summary", "summary"),
    ]


def test_a_lesson_full_of_figures_keeps_its_formulas(cells: list[Cell]):
    figure = next(cell for cell in cells if cell.figure)
    more = [Cell(f"plot-{k}", f"Section {k}", figure.blocks) for k in range(30)]
    chosen = slides_of([*cells[:8], *more, *cells[8:]])
    assert len(chosen) == WANTED
    assert {"idea", "code", "figure"} <= {each.kind for each in chosen}


def test_a_long_table_takes_two_slides_or_none():
    def slides_with(rows: int) -> list[choosing.Slide]:
        row = f"<tr><td>{'word ' * 16}</td><td>{'word ' * 16}</td></tr>"
        table = f"<thead><tr><th>H</th></tr></thead><tbody>{row * rows}</tbody>"
        table = f"<h2>T</h2><table>{table}</table>"
        return [*choosing.ideas_in(Cell("t", "T", blocks(table)))]

    assert [each.kind for each in slides_with(2)] == ["idea"]
    parts = slides_with(9)
    assert [each.name for each in parts] == ["t-1", "t-2"]
    assert sum(each.text.count("<tr><td>") for each in parts) == 9
    assert all("<th>H</th>" in each.text for each in parts)
    assert slides_with(40) == []


def test_both_halves_of_a_table_are_taken():
    cell = Cell("t", "T")
    halves = [choosing.Slide("table", cell, part=k) for k in (1, 2)]
    deck = choosing.Deck([cell], [choosing.Slide("figure", cell)] * (WANTED - 1))
    deck.fill([[], [*halves, choosing.Slide("idea", cell)], []])
    assert deck.chosen[WANTED - 1 :] == halves
    assert len(deck.chosen) <= MOST


# --- The short form -------------------------------------------------------------------------------


def test_formulas_come_first_and_stay_with_what_leads_to_them():
    text = f"<p>{'Long words. ' * 80}</p><p>So it is:</p>{FORMULA.format('x')}{FORMULA.format('y')}"
    html = "".join(shortened(blocks(text), 6.0))
    assert "So it is:" in html
    assert html.index("So it is:") < html.index("x") < html.index("y")
    assert "Long words. Long words." not in html


def test_of_a_long_derivation_the_end_is_kept():
    steps = "".join(f"<p>Step {k} is:</p>{FORMULA.format(k)}<p>So.</p>" for k in range(12))
    html = "".join(shortened(blocks(steps), EASY, TALL))
    assert "Step 0 is:" in html
    assert "Step 11 is:" in html
    assert "Step 10 is:" not in html


def test_a_list_stays_with_the_words_before_it():
    lead = "He said much. " * 30 + "There are two claims. It"
    html = "".join(shortened(blocks(f"<p>{lead}</p><ul><li><p>is fast</p></li></ul>"), 5.0))
    assert html.startswith("<p>There are two claims. It</p><ul>")


def test_what_leads_to_the_next_cell_is_left_out():
    assert shortened(blocks("<p>It holds.</p><p>Look here:</p>")) == ["<p>It holds.</p>"]


def test_of_a_long_paragraph_the_bold_sentence_is_kept():
    text = f"<p>{'Much is said. ' * 60}Here is a <strong>term</strong>. And more.</p>"
    assert shortened(blocks(text), 3.0) == ["<p>Here is a <strong>term</strong>.</p>"]


@pytest.mark.parametrize(
    ("html", "wanted"),
    [
        ("One. Two? Three", ["One.", "Two?", "Three"]),
        ("At 0.5 it is 1/L. (So it is.) End.", ["At 0.5 it is 1/L.", "(So it is.) End."]),
        ("It is <b>so. And so.</b> Then more.", ["It is <b>so. And so.</b>", "Then more."]),
        ("It is <b>so.</b> then more.", ["It is <b>so.</b> then more."]),
        ("One. <b>Two</b> is.", ["One.", "<b>Two</b> is."]),
        ("β is 1. β is 2 &gt; 1.", ["β is 1.", "β is 2 &gt; 1."]),
    ],
)
def test_sentences(html: str, wanted: list[str]):
    assert sentences(blocks(f"<p>{html}</p>")[0]) == wanted


def test_a_table_is_cut_evenly():
    table = blocks(f"<table><tbody>{'<tr><td>a</td></tr>' * 24}</tbody></table>")[0]
    assert [part.count("<tr>") for part in parts_of(table)] == [12, 12]


# --- What slides show -----------------------------------------------------------------------------


def test_the_question_shows_what_its_section_prints(cells: list[Cell]):
    slide = shown(cells, "question")
    text = slide.get_text()
    assert "the next lesson:" in text
    assert slide.select_one("pre.printed").get_text() == "high: 1"  # type: ignore[union-attr]
    assert "How high is it?" in text


def test_a_question_has_its_choices_where_the_page_puts_buttons(cells: list[Cell]):
    slide = shown(cells, "prediction")
    place = slide.select_one("[data-prediction='1 far']")
    assert place is not None
    assert [each.get_text() for each in place.select("li")] == ["a Far.", "b Near."]
    assert "Choose before" not in slide.get_text()


def test_the_answer_shows_numbers_and_the_letter(cells: list[Cell]):
    slide = shown(cells, "answer")
    assert slide.select_one("pre").get_text() == "2 steps"  # type: ignore[union-attr]
    assert "b. Two steps." in slide.get_text()
    assert "tired" not in slide.get_text()


def test_a_figure_has_its_title_as_a_heading(cells: list[Cell]):
    slide = shown(cells, "figure")
    assert slide.h2 is not None
    assert slide.h2.get_text() == "A valley"
    assert slide.select_one(".picture > img") is not None


def test_the_summary_is_a_list_of_sentences(cells: list[Cell]):
    said = [each.get_text() for each in shown(cells, "summary").select("li")]
    assert said == ["One goes up, by h > 0.", "Two goes down.", "Three is (as always) flat."]


def test_a_deck_shares_styles_and_script_with_its_page():
    assert [re.search(r"_static/[\w.]+", each)[0] for each in SHARED.findall(PAGE)] == [  # type: ignore[index]
        "_static/katex.css",
        "_static/page.css",
        "_static/page.js",
    ]


# --- What the speaker reads -----------------------------------------------------------------------


def test_notes_say_the_minutes_and_what_to_ask(site: Folder, cells: list[Cell]):
    notes = Notes(site / "instructors" / "01_hills.html")
    on = {each.kind: notes_on(each, notes, cells) for each in slides_of(cells)}
    assert "<b>Minutes 0 to 4.</b> Begin." in on["idea"]
    assert "<b>Minutes 4 to 10.</b> Vote, <em>then</em> run." in on["answer"]
    assert "Ask: how far?" in on["prediction"]
    assert "is tired." in on["answer"]
    assert "Let them climb." in on["explorer"]
    assert "It falls." in on["figure"]
    for said in ("Down is down.", "Nothing.", "Run."):
        assert said in on["title"]


# --- What a deck has to keep ----------------------------------------------------------------------

SLIDE = """<section id="s{0}"><h2>Slide {0}</h2><p>Words.</p>{1}
<aside class="notes">Say it.</aside></section>
"""


def deck_of(count: int) -> str:
    parts = [
        '<div data-prediction="1 far"></div>',
        '<div data-live="01_hills--explore-hill"></div>',
    ]
    slides = [SLIDE.format(k, parts[k] if k < 2 else "") for k in range(count)]
    return f"<div class='slides'>{''.join(slides)}</div>"


def faults(site: Folder, html: str) -> list[str]:
    path = site / "slides" / "01_hills.html"
    path.parent.mkdir(exist_ok=True)
    path.write_text(html, encoding="utf-8")
    deck = BuiltDeck(site / "notebooks" / "01_hills.html", path.parent)
    return [f"{rule.__name__} {said}" for rule in check.RULES for said in rule(deck)]


def test_a_whole_deck_passes(site: Folder):
    assert faults(site, deck_of(12)) == []
    assert faults(site, deck_of(19)) == []


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (lambda _: deck_of(11), "count slides/01_hills.html: it has 11 slides; 12 to 19"),
        (lambda _: deck_of(20), "count slides/01_hills.html: it has 20 slides"),
        (
            lambda text: text.replace("1 far", "1 near"),
            "parts slides/01_hills.html: '1 far' stands",
        ),
        (
            lambda text: text.replace("Words.", '<i data-live="01_hills--explore-hill"></i>'),
            "stands on 13 slides",
        ),
        (lambda text: text.replace("<h2>Slide 3</h2>", ""), "headings slides/01_hills.html: the"),
        (lambda text: text.replace("Slide 3</h2>", "</h2>"), "the slide 's3' has 1 headings"),
        (lambda text: text.replace("Say it.", " "), "notes slides/01_hills.html: the slide 's0'"),
        (lambda text: text.replace("<p>Words.</p>", "<p></p>"), "empty slides/01_hills.html"),
    ],
)
def test_a_spoilt_deck_is_refused(site: Folder, spoil: Callable[[str], str], said: str):
    assert any(said in each for each in faults(site, spoil(deck_of(12))))


def test_every_rule_refuses_something():
    tried = ("count", "parts", "headings", "notes", "empty")
    assert [rule.__name__ for rule in check.RULES] == list(tried)


# --- Making them ----------------------------------------------------------------------------------


def test_decks_of_today_are_not_made_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    made: list[str] = []

    def cut(folder: Path, *_: object) -> None:
        made.append("cut")
        (folder / building.DRAFT).mkdir()

    for name, value in (
        ("BUILT", tmp_path),
        ("build_if_needed", lambda **_: None),
        ("fingerprint", lambda: "today's"),
        ("fetch", lambda _: None),
        ("faults", lambda *_: []),
        ("cut", cut),
    ):
        monkeypatch.setattr(building, name, value)
    assert building.make(if_needed=True) == tmp_path / "slides" / "index.html"
    building.make(if_needed=True)
    assert made == ["cut"]
    (tmp_path / "slides" / building.STAMP).write_text("yesterday's", encoding="utf-8")
    building.make(if_needed=True)
    building.make(if_needed=False)
    assert made == ["cut"] * 3


def test_decks_with_faults_leave_the_former_ones(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    (tmp_path / "slides").mkdir()
    (tmp_path / "slides" / "01.html").write_text("former", encoding="utf-8")
    for name, value in (
        ("BUILT", tmp_path),
        ("build_if_needed", lambda **_: None),
        ("fingerprint", lambda: "today's"),
        ("fetch", lambda _: None),
        ("faults", lambda *_: ["slides/01.html: it has 3 slides."]),
        ("cut", lambda *_: None),
    ):
        monkeypatch.setattr(building, name, value)
    with pytest.raises(BuildError, match="it has 3 slides"):
        building.make(if_needed=True)
    assert (tmp_path / "slides" / "01.html").read_text(encoding="utf-8") == "former"
