"""What a learner has saved, and what the course has corrected: neither is lost."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from lite_page import PANEL, Lite
from playwright.sync_api import Locator, expect

from course_tools.notebooks.stored import from_bytes, to_bytes
from course_tools.site.lite import front
from course_tools.site.lite.contents import fingerprint

pytestmark = pytest.mark.kernel  # JupyterLite's own program makes the page

TOUCHED, UNTOUCHED = "notebooks/02_gradient_descent.ipynb", "notebooks/03_step_size.ipynb"
MINE = "print('what I have written')"
NOTED = 3_000  # milliseconds after which JupyterLab has noted what is open
CORRECTED = "The course says this in another way now."


def correct(site: Path, name: str, text: str = CORRECTED) -> None:
    """Change the first cell of a notebook on the site, as a new build does."""
    path = site / "lite" / "files" / name
    nb = from_bytes(path.read_bytes(), path)
    nb.cells[0].source = f"# Anew\n\n{text}"
    nb.metadata["course"]["given"] = given = fingerprint(nb)
    path.write_bytes(to_bytes(nb))
    page = site / "lite" / "jupyter-lite.json"
    said = json.loads(page.read_text(encoding="utf-8"))
    copies = said["jupyter-config-data"]["litePluginSettings"][f"{front.COPIES}:copies"]
    copies["given"][name], copies["version"] = given, given
    page.write_text(json.dumps(said), encoding="utf-8")


def first_code(lite: Lite) -> Locator:
    """The first cell of code of the notebook in front."""
    return lite.page.locator(f"{PANEL} .jp-CodeCell").first


def test_a_corrected_lesson_is_reachable_and_old_work_is_still_there(
    lite: Lite, site: Path, screenshots: Path
) -> None:
    for name in (UNTOUCHED, TOUCHED):
        lite.open(name)
        if name == TOUCHED:
            lite.write(first_code(lite), MINE)
        lite.save()
    for name in (UNTOUCHED, TOUCHED):
        correct(site, name)

    lite.open(UNTOUCHED)  # saved, but not changed: the new one takes its place
    expect(lite.page.locator(f"{PANEL} .jp-MarkdownCell").first).to_contain_text(CORRECTED)
    notice = lite.page.locator(".Toastify__toast", has_text="02_gradient_descent.new-version")
    expect(notice).to_be_visible()
    lite.picture(screenshots / "lite-new-version.png")
    notice.get_by_role("button", name="Open it").click()
    expect(lite.current_tab).to_have_text("02_gradient_descent.new-version.ipynb")
    expect(lite.page.locator(f"{PANEL} .jp-MarkdownCell").first).to_contain_text(CORRECTED)

    lite.page.wait_for_timeout(NOTED)
    lite.open(TOUCHED)  # the learner's own, as it was
    expect(first_code(lite)).to_contain_text(MINE)
    expect(lite.page.locator(".Toastify__toast")).to_have_count(0)

    lite.open(TOUCHED.replace(".ipynb", ".new-version.ipynb"))
    lite.write(first_code(lite), "print('and in the new one, too')")
    lite.save()
    lite.page.wait_for_timeout(NOTED)
    correct(site, TOUCHED, "And once more.")
    lite.open(TOUCHED.replace(".ipynb", ".new-version-2.ipynb"))
    expect(lite.page.locator(f"{PANEL} .jp-MarkdownCell").first).to_contain_text("And once more.")


def test_work_goes_out_as_a_file_and_comes_back(lite: Lite, tmp_path: Path) -> None:
    lite.open(TOUCHED)
    lite.write(first_code(lite), MINE)
    lite.save()
    item = lite.page.locator(".jp-DirListing-item", has_text="02_gradient_descent.ipynb")
    item.click(button="right")
    with lite.page.expect_download() as started:
        lite.page.locator(".lm-Menu-itemLabel").get_by_text("Download", exact=True).click()
    file = tmp_path / "brought_back.ipynb"
    started.value.save_as(file)
    assert MINE in file.read_text(encoding="utf-8")

    with lite.page.expect_file_chooser() as chooser:
        lite.page.get_by_role("button", name="Upload Files").click()
    chooser.value.set_files(file)
    expect(lite.page.locator(".jp-DirListing-item", has_text=file.name)).to_be_visible()
    lite.open(f"notebooks/{file.name}")
    expect(first_code(lite)).to_contain_text(MINE)
