"""Every lesson, run in JupyterLab in a real browser, shows a learner what its author saw."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-untyped]
from lesson_page import (
    LOW,
    NARROW,
    WIDE,
    Lesson,
    check_access,
    check_addresses,
    check_console,
    check_counts,
    check_errors,
    check_fit,
    check_links,
    check_maths,
    check_pictures,
)
from walk import check_explorers, check_in_view


def refuse(problems: Iterable[str]) -> None:
    """Fail with every problem, one a line."""
    found = list(problems)
    if found:
        pytest.fail("\n".join(found), pytrace=False)


def test_stored_figures_show_before_anything_runs(opened: Lesson) -> None:
    refuse(opened.as_stored)


def test_before_a_choice_nothing_of_the_answer_is_seen(ran: Lesson) -> None:
    refuse(ran.as_cleared)


def test_every_cell_runs(ran: Lesson) -> None:
    refuse([*check_errors(ran), *check_counts(ran)])


def test_every_figure_says_its_words(ran: Lesson) -> None:
    refuse(check_pictures(ran))


def test_every_formula_is_typeset(ran: Lesson) -> None:
    refuse(check_maths(ran))


@pytest.mark.parametrize("size", [WIDE, NARROW, LOW], ids=["wide", "narrow", "low"])
def test_everything_fits_wherever_the_controls_stand(
    ran: Lesson, size: tuple[int, int], screenshots: Path
) -> None:
    ran.resize(size)
    problems = [*check_fit(ran), *check_explorers(ran)]
    with ran.files_folded():
        problems += check_in_view(ran)
    if problems or "SCREENSHOTS" in os.environ:
        ran.photograph(screenshots)
    if problems:
        problems.append(f"Pictures of the window are in {screenshots}.")
    refuse(problems)


def test_everyone_can_use_it(ran: Lesson) -> None:
    refuse(check_access(ran, Axe()))


def test_links_lead_to_the_other_lessons(ran: Lesson) -> None:
    refuse(check_links(ran))


def test_nothing_went_wrong_unseen(ran: Lesson) -> None:
    refuse(check_console(ran))


def test_nothing_left_the_machine(ran: Lesson) -> None:
    refuse(check_addresses(ran))
