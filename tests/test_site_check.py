"""A built site keeps its rules, and each of them refuses what it is there for."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from course_tools.site.check import HEAVIEST, RULES, Built, weights
from course_tools.site.html import Reader
from course_tools.site.policy import INLINE, POLICY, allow_inline_scripts

KATEX = (
    "@font-face{font-family:KaTeX_Main;src:url(fonts/KaTeX_Main-Regular.woff2)}"
    ".katex{font:1em KaTeX_Main}"
)
POLICY_OF_PAGE = POLICY.replace(INLINE, "'sha256-x'")
PAGE = """<!doctype html>
<html><head>
<meta http-equiv="Content-Security-Policy" content="{policy}">
<link rel="stylesheet" href="_static/katex.css?v=1">
</head><body>
<h1 id="top">Valleys</h1>
<p>It costs <code>$5</code>, <span class="katex">κ</span>.
<a href="other.html#Best-for-what?">More</a>
<a href="#top">up</a> <a href="https://named.example/page">elsewhere</a></p>
<img src="_images/a.png" alt="A valley.">
</body></html>
"""
OTHER = PAGE.replace('id="top"', 'id="Best-for-what?"').replace("#top", "#Best-for-what?")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A small site that keeps every rule."""
    for name in ("_static/fonts", "_images"):
        (tmp_path / name).mkdir(parents=True)
    (tmp_path / "index.html").write_text(PAGE.format(policy=POLICY_OF_PAGE), encoding="utf-8")
    (tmp_path / "other.html").write_text(OTHER.format(policy=POLICY_OF_PAGE), encoding="utf-8")
    (tmp_path / "_static" / "katex.css").write_text(KATEX, encoding="utf-8")
    (tmp_path / "_static" / "fonts" / "KaTeX_Main-Regular.woff2").write_bytes(b"letters")
    (tmp_path / "_images" / "a.png").write_bytes(b"picture")
    return tmp_path


def found_in(folder: Path) -> dict[str, list[str]]:
    """Return what each rule says of a site, without the rules that say nothing."""
    built = Built(folder, frozenset({"named.example"}))
    found = {rule.__name__: list(rule(built)) for rule in RULES}
    return {name: sentences for name, sentences in found.items() if sentences}


def test_a_whole_site_passes(folder: Path):
    assert found_in(folder) == {}


@pytest.mark.parametrize(
    ("old", "new", "rule", "said"),
    [
        ("other.html#Best", "gone.html#Best", "links", "leads nowhere"),
        ("Best-for-what?", "best-for-what", "links", "has no anchor 'best-for-what'"),
        ("<p>", '<p id="top">', "anchors", "stands 2 times"),
        ("named.example", "unnamed.example", "hosts", "List 'unnamed.example' in site/hosts.toml"),
        ("_images/a.png", "https://cdn.example/a.png", "foreign", "loads nothing from elsewhere"),
        ("_static/katex.css?v=1", "//cdn.example/k.css", "foreign", "'//cdn.example/k.css'"),
        ("<p>", '<p style="background: url(http://cdn.example/b)">', "foreign", "cdn.example/b"),
        ("<p>", "<style>@import 'https://cdn.example/c.css';</style><p>", "foreign", "c.css"),
        ("<p>", '<iframe src="https://cdn.example/d"></iframe><p>', "foreign", "cdn.example/d"),
        ("<p>", '<script src="gone.js"></script><p>', "loaded", "'gone.js', which is not there"),
        ("http-equiv=", "name=", "policy", "does not say"),
        ("script-src 'self'", "script-src 'self' https://cdn.example", "policy", "allows foreign"),
        ("script-src 'self'", "script-src 'self' 'unsafe-eval'", "policy", "allows foreign"),
        ('alt="A valley."', 'alt=""', "words", "has no words"),
        (' alt="A valley."', "", "words", "has no words"),
        ("It costs", "It costs $x$", "formulas", "as it is typed: '$x$"),
        ("It costs", "It costs $<b>x</b>$, so", "formulas", "as it is typed: '$ x $, so"),
        ("It costs", "It costs one $", "formulas", "as it is typed: '$"),
        ("It costs", r"It costs \(x\)", "formulas", "as it is typed"),
        ("It costs", "It costs $$ x", "formulas", "as it is typed"),
        ("<p>", "<h1>Twice</h1><p>", "headings", "2 headings"),
        ("h1", "h2", "headings", "0 headings"),
    ],
)
def test_a_spoilt_page_is_refused(old: str, new: str, rule: str, said: str, folder: Path):
    page = folder / "index.html"
    text = page.read_text(encoding="utf-8")
    assert old in text
    page.write_text(text.replace(old, new), encoding="utf-8")
    found = found_in(folder)
    assert list(found) == [rule]
    assert said in found[rule][0]
    assert found[rule][0].startswith("index.html: ")


def test_a_style_sheet_that_loads_from_elsewhere_is_refused(folder: Path):
    sheet = folder / "_static" / "more.css"
    sheet.write_text('@import url("https://cdn.example/a.css");', encoding="utf-8")
    assert list(found_in(folder)) == ["foreign"]
    sheet.write_text("a{background:url(gone.png)}", encoding="utf-8")
    assert list(found_in(folder)) == ["loaded"]


def test_a_listed_place_to_which_no_page_leads_is_refused(folder: Path):
    built = Built(folder, frozenset({"named.example", "forgotten.example"}))
    found = [said for rule in RULES for said in rule(built)]
    assert found == ["site/hosts.toml: no page leads to 'forgotten.example'. Take it out."]


def test_a_heavy_page_is_refused(folder: Path):
    noise = os.urandom(HEAVIEST)
    (folder / "_static" / "fonts" / "KaTeX_Main-Regular.woff2").write_bytes(noise)
    found = found_in(folder)
    assert list(found) == ["weight"]
    assert "KaTeX_Main-Regular.woff2, 250 kB" in found["weight"][0]


def test_letters_count_where_a_formula_needs_them_and_pictures_count_apart(folder: Path):
    needed = weights(Built(folder), "index.html")
    assert set(needed) == {
        "index.html",
        "_static/katex.css",
        "_static/fonts/KaTeX_Main-Regular.woff2",
    }
    page = folder / "index.html"
    page.write_text(page.read_text("utf-8").replace('"katex"', '"plain"'), encoding="utf-8")
    assert set(weights(Built(folder), "index.html")) == {"index.html", "_static/katex.css"}


def test_what_jupyterlite_brings_is_not_ours(folder: Path):
    (folder / "lite").mkdir()
    (folder / "lite" / "index.html").write_text("<img>", encoding="utf-8")
    assert found_in(folder) == {}


def test_every_rule_is_tried():
    assert [rule.__name__ for rule in RULES] == [
        "links",
        "anchors",
        "hosts",
        "foreign",
        "loaded",
        "policy",
        "words",
        "formulas",
        "headings",
        "weight",
    ]


def test_prose_is_read_without_code_and_formulas():
    text = "<p>a <code>b</code></p><pre>c</pre><script>d</script><svg><title>e</title></svg> f"
    assert Reader("a.html").read(text).prose.split() == ["a", "f"]


def test_a_script_in_a_page_is_allowed_by_what_it_says(tmp_path: Path):
    page = tmp_path / "a.html"
    page.write_text(f'<meta content="{POLICY}"><script>hello()</script>', encoding="utf-8")
    allow_inline_scripts(tmp_path)
    text = page.read_text(encoding="utf-8")
    assert INLINE not in text
    # echo -n 'hello()' | openssl dgst -sha256 -binary | base64
    assert "'sha256-mTytrf2QssaOZNGNRT1WCtMRd3ocH8LJxQQu5qMUanU='" in text
