"""What the room answers to learners and to the instructor, from joining to the result."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest
from room_world import KEY, World

from course_tools.room.changes import Changes


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    world = World(tmp_path)
    yield world
    world.close()


# --- Who is who ---------------------------------------------------------------------------------


def test_somebody_joins_and_is_known(world: World) -> None:
    joined = world.post("join", {"name": "  Ada   Lovelace", "word": world.room.people.word})
    who = joined.json()
    assert (who["student"], who["name"]) == ("ada-01", "Ada Lovelace")
    assert world.get("me", who["secret"]).json() == {
        "student": "ada-01",
        "name": "Ada Lovelace",
        "sharing": False,
        "receipts": [],
    }
    assert joined.headers["cache-control"] == "no-store"


def test_two_of_one_name_are_two_people(world: World) -> None:
    first, second = world.join("Ada"), world.join("Ada")
    assert world.get("me", first).json()["student"] == "ada-01"
    assert world.get("me", second).json()["student"] == "ada-02"


def test_a_secret_that_was_written_down_leads_back(world: World) -> None:
    secret = world.join("Zoë")
    typed = secret.upper().replace("-", " ")
    assert world.post("return", {"secret": typed}).json() == {"student": "zoe-01", "name": "Zoë"}
    assert world.post("return", {"secret": "nobody"}).status_code == 401


def test_a_word_is_taken_as_people_type_it(world: World) -> None:
    word = world.room.people.word.upper().replace("-", " ")
    assert world.post("join", {"name": "Ada", "word": word}).status_code == 200


def test_the_instructor_gives_a_new_secret_for_a_lost_one(world: World) -> None:
    old, instructor = world.join("Ada"), world.instructor()
    assert world.get("instructor/people", instructor).json() == [
        {"student": "ada-01", "name": "Ada"}
    ]
    new = world.post("instructor/people/ada-01/secret", {}, instructor).json()["secret"]
    assert world.get("me", new).json()["student"] == "ada-01"
    assert world.get("me", old).status_code == 401
    assert world.post("instructor/people/bo-02/secret", {}, instructor).status_code == 404


def test_all_is_known_after_a_new_start(world: World) -> None:
    learner, instructor = world.join(), world.instructor()
    words = (world.room.people.word, world.room.people.instructors_word)
    again = World(world.folder)
    assert (again.room.people.word, again.room.people.instructors_word) == words
    assert again.get("me", learner).json()["student"] == "ada-01"
    assert again.get("instructor/people", instructor).status_code == 200
    again.close()


# --- A question ---------------------------------------------------------------------------------


def test_a_question_goes_from_the_first_vote_to_its_result(world: World) -> None:
    ada, bo, cy, instructor = world.join("Ada"), world.join("Bo"), world.join("Cy"), ""
    assert world.question(ada) is None
    instructor = world.instructor()
    world.turn("first")
    assert world.question(ada) == {
        "key": KEY,
        "state": "first",
        "mine": {"first": None, "second": None},
        "result": None,
    }
    for secret, letter in ((ada, "b"), (ada, "a"), (bo, "a"), (cy, "c")):
        assert world.vote(secret, letter).status_code == 200
    now = world.get("instructor/now", instructor).json()
    assert now["question"] == {"key": KEY, "state": "first", "voted": 3, "result": None}
    assert (now["people"], now["here"]) == (3, 3)
    world.turn("talk", "second")
    assert world.question(ada)["mine"] == {"first": "a", "second": None}
    for secret, letter in ((ada, "c"), (bo, "a")):
        assert world.vote(secret, letter).json()["mine"]["second"] == letter
    assert world.get("instructor/now", instructor).json()["question"]["voted"] == 2
    world.turn("closed")
    assert world.question(ada)["result"] is None
    world.turn("shown")
    assert world.question(ada)["result"] == {
        "first": {"a": 2, "b": 0, "c": 1},
        "second": {"a": 1, "b": 0, "c": 1},
        "moved": [{"from": "a", "to": "c", "count": 1}],
    }


def test_no_distribution_before_it_is_shown_unless_the_instructor_asks(world: World) -> None:
    ada, instructor = world.join(), world.instructor()
    world.turn("first")
    world.vote(ada, "b")
    for to in ("talk", "second", "closed"):
        assert world.get("instructor/now", instructor).json()["question"]["result"] is None
        assert world.question(ada)["result"] is None
        peeked = world.get("instructor/now?peek=1", instructor).json()["question"]["result"]
        assert peeked["first"] == {"a": 0, "b": 1, "c": 0}
        world.turn(to)


def test_a_learner_cannot_peek(world: World) -> None:
    ada = world.join()
    world.turn("first")
    world.vote(ada, "b")
    assert world.get("now?peek=1", ada).json()["question"]["result"] is None


@pytest.mark.parametrize(
    ("values", "status"),
    [
        ({"key": KEY, "to": "shown"}, 409),
        ({"key": KEY, "to": "first"}, 409),
        ({"key": KEY, "to": "new"}, 409),
        ({"key": KEY, "to": "open"}, 409),
        ({"key": "02/steps", "to": "first"}, 409),
        ({"key": "06/nothing", "to": "first"}, 404),
        ({"key": 6, "to": "first"}, 400),
        ({"key": KEY}, 400),
    ],
)
def test_a_question_takes_no_step_that_it_has_not(
    world: World, values: dict[str, object], status: int
) -> None:
    world.turn("first", "second")
    refused = world.post("instructor/question", values, world.instructor())
    assert (refused.status_code, list(refused.json())) == (status, ["error"])
    assert world.room.ballots.state(KEY) == "second"


def test_a_closed_vote_stays_closed_after_a_new_start(world: World) -> None:
    ada = world.join()
    world.turn("first")
    assert world.vote(ada, "a").status_code == 200
    world.turn("closed")
    assert world.vote(ada, "b").status_code == 409
    again = World(world.folder)
    assert again.vote(ada, "b").status_code == 409
    assert again.question(ada)["mine"] == {"first": "a", "second": None}
    again.close()


def test_a_question_that_is_put_away_is_closed(world: World) -> None:
    ada = world.join()
    world.turn("first", "none")
    assert world.question(ada) is None
    assert world.vote(ada, "a").status_code == 409
    assert world.room.ballots.state(KEY) == "closed"
    world.turn("first", key="02/steps")
    assert world.question(ada)["key"] == "02/steps"


def test_a_closed_question_can_openly_be_opened_again(world: World) -> None:
    ada = world.join()
    world.turn("first", "second", "closed", "second")
    assert world.question(ada)["state"] == "second"
    assert world.vote(ada, "a").status_code == 200


# --- Waiting for news ---------------------------------------------------------------------------


def test_an_answer_waits_for_news(world: World) -> None:
    news = Changes()

    async def wait() -> bool:
        waiting = asyncio.create_task(news.after(str(news.version)))
        await asyncio.sleep(0)
        before = waiting.done()
        news.tell()
        await waiting
        return before

    assert asyncio.run(wait()) is False
    asyncio.run(news.after("1"))  # somebody who has missed something does not wait


def test_what_does_not_concern_learners_does_not_wake_them(world: World) -> None:
    learners, instructors = world.room.learners_news, world.room.instructors_news
    before = (learners.version, instructors.version)
    ada = world.join()
    world.turn("first")
    opened = learners.version
    world.vote(ada, "a")
    assert before[0] < opened == learners.version
    assert instructors.version == before[1] + 3  # joined, opened, voted


# --- The view of the room -----------------------------------------------------------------------


def first_task() -> dict[str, object]:
    from lessons_lib.feedback.bank import tasks

    task = next(each for each in tasks().values() if each.lesson == 6)
    return {"task": task.name, "mistakes": [each.name for each in task.mistakes]}


def test_nothing_is_counted_without_consent(world: World) -> None:
    ada, task = world.join(), first_task()
    report = {"assignment": "06_momentum", "task": task["task"], "right": True, "mistake": None}
    assert world.post("progress", report, ada).status_code == 403
    assert world.post("progress", {"lesson": "06"}, ada).status_code == 403
    assert world.room.progress.view() == {"sharing": 0, "lessons": [], "tasks": [], "mistakes": []}


def test_the_view_counts_and_names_nobody(world: World) -> None:
    task = first_task()
    mistake = task["mistakes"][0]
    people = [world.join(name) for name in ("Ada", "Bo", "Cy")]
    for secret in people:
        world.post("sharing", {"on": True}, secret)
        world.post("progress", {"lesson": "05"}, secret)
        assert world.post("progress", {"lesson": "06"}, secret).status_code == 200
    wrong = {
        "assignment": "06_momentum",
        "task": task["task"],
        "right": False,
        "mistake": mistake,
    }
    right = {**wrong, "right": True, "mistake": None}
    world.post("progress", wrong, people[0])
    world.post("progress", wrong, people[0])
    view = world.get("instructor/view", world.instructor())
    assert view.json()["mistakes"] == []  # one person's alone
    world.post("progress", wrong, people[1])
    world.post("progress", right, people[1])
    world.post("progress", wrong, people[1])  # what was right once stays right
    view = world.get("instructor/view", world.instructor())
    place = {"assignment": "06_momentum", "task": task["task"]}
    assert view.json() == {
        "sharing": 3,
        "lessons": [{"lesson": "06", "people": 3}],
        "tasks": [{**place, "tried": 2, "right": 1}],
        "mistakes": [{**place, "mistake": mistake, "people": 2}],
    }
    assert not any(name in view.text.lower() for name in ("ada", '"bo', "cy-"))


def test_who_takes_consent_back_is_forgotten(world: World) -> None:
    ada = world.join()
    world.post("sharing", {"on": True}, ada)
    world.post("progress", {"lesson": "06"}, ada)
    assert world.get("me", ada).json()["sharing"] is True
    world.post("sharing", {"on": False}, ada)
    assert world.get("me", ada).json()["sharing"] is False
    assert world.room.progress.view()["lessons"] == []
    assert world.post("progress", {"lesson": "06"}, ada).status_code == 403


@pytest.mark.parametrize(
    "report",
    [
        {"lesson": "99"},
        {"lesson": "<b>"},
        {"assignment": "06_momentum", "task": "no_task", "right": True, "mistake": None},
        {"assignment": "../05_averages", "task": first_task()["task"], "right": True},
        {
            "assignment": "06_momentum",
            "task": first_task()["task"],
            "right": False,
            "mistake": "<script>alert(1)</script>",
        },
    ],
)
def test_only_what_the_course_knows_is_counted(world: World, report: dict[str, object]) -> None:
    ada = world.join()
    world.post("sharing", {"on": True}, ada)
    refused = world.post("progress", report, ada)
    assert (refused.status_code, list(refused.json())) == (404, ["error"])


# --- Notes --------------------------------------------------------------------------------------


def test_notes_are_for_the_instructor(world: World) -> None:
    html = world.get("instructor/notes/06", world.instructor()).json()["html"]
    assert html.startswith("<h1>6 · Momentum</h1>")
    for number in ("99", "6", "..", "%2e%2e"):
        assert world.get(f"instructor/notes/{number}", world.instructor()).status_code == 404
