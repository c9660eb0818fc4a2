"""Whoever is foreign, sends too much or guesses is refused, and the room goes on."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from room_world import HOST, KEY, World

from course_tools.room import sending
from course_tools.room.guard import hostname
from course_tools.room.guesses import JOINED, WRONG
from course_tools.room.people import letters, understood
from course_tools.room.refusing import RefusedError
from course_tools.room.words import digest, new_secret, new_word, plain


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    world = World(tmp_path, hosts=frozenset({"192.168.1.5", "Room.Test"}))
    yield world
    world.close()


# --- Names of the room, and pages that send something to it -------------------------------------


@pytest.mark.parametrize(
    "host",
    ["localhost:8000", "127.0.0.1", "[::1]:8000", "192.168.1.5:8000", "room.test", "ROOM.test:1"],
)
def test_the_room_answers_to_its_names(world: World, host: str) -> None:
    assert world.ask("GET", "/", headers={"host": host}).status_code == 200


@pytest.mark.parametrize(
    "host",
    [
        "evil.test",
        "evil.test:8000",
        "localhost.evil.test",
        "192.168.1.50",
        "room.test.",
        "room.test@evil.test",
        "",
        ":8000",
        "[::1",
        "[localhost]",
        "room.test:x, evil.test",
    ],
)
@pytest.mark.parametrize("path", ["/", "/room/api/now", "/room/room.js"])
def test_the_room_answers_to_no_foreign_name(world: World, host: str, path: str) -> None:
    answer = world.ask("GET", path, headers={"host": host})
    assert answer.status_code == 403
    assert "room.js" not in answer.text


def test_a_name_is_read_or_is_none() -> None:
    assert hostname("[::1]:80") == "::1"
    assert hostname("a@room.test") == hostname(":80") == hostname("room.test:x") == ""


FOREIGN = [
    {"origin": "http://evil.test"},
    {"origin": "null"},
    {"origin": "http://localhost:9000"},
    {"origin": "http://localhost"},
    {"origin": "https://evil.test", "sec-fetch-site": "same-origin"},
    {"sec-fetch-site": "cross-site"},
    {"sec-fetch-site": "same-site"},
    {"origin": f"http://{HOST}", "sec-fetch-site": "cross-site"},
]


@pytest.mark.parametrize("told", FOREIGN)
def test_a_foreign_page_sends_nothing_to_the_room(world: World, told: dict[str, str]) -> None:
    ada = world.join()
    world.turn("first")
    for path, values in (
        ("vote", {"question": KEY, "letter": "a"}),
        ("sharing", {"on": True}),
        ("join", {"name": "Eve", "word": world.room.people.word}),
        ("instructor/enter", {"word": world.room.people.instructors_word}),
    ):
        assert world.post(path, values, ada, headers=told).status_code == 403
    assert world.question(ada)["mine"]["first"] is None
    assert world.room.people.count() == 1


def test_a_page_of_the_room_sends(world: World) -> None:
    told = {"origin": f"http://{HOST}", "sec-fetch-site": "same-origin"}
    joined = {"name": "Ada", "word": world.room.people.word}
    assert world.post("join", joined, headers=told).status_code == 200


@pytest.mark.parametrize("path", ["/", "/room/room.js", "/room/api/nothing", "/nothing"])
def test_every_answer_tells_browsers_what_not_to_do(world: World, path: str) -> None:
    told = world.ask("GET", path).headers
    assert told["x-content-type-options"] == "nosniff"
    assert told["x-frame-options"] == "SAMEORIGIN"
    assert told["referrer-policy"] == "no-referrer"
    assert "frame-ancestors 'self'" in told["content-security-policy"]
    assert ("default-src 'none'" in told["content-security-policy"]) == path.startswith("/room/")
    assert not any(name.startswith("access-control") for name in told)
    assert "set-cookie" not in told


# --- Too much, and what is no JSON --------------------------------------------------------------


def in_parts(size: int) -> Iterator[bytes]:
    """Send without saying how much."""
    yield from (b"x" * 4096 for _ in range(size // 4096))


@pytest.mark.parametrize("size", [64 * 1024 + 1, 100_000_000])
def test_what_is_too_much_is_refused_before_it_is_read(world: World, size: int) -> None:
    ada = world.join()
    told = {"content-length": str(size)}
    answer = world.ask("POST", "/room/api/vote", ada, content=b"{}", headers=told)
    assert (answer.status_code, list(answer.json())) == (413, ["error"])


@pytest.mark.parametrize("size", ["-1", "1e3", "9" * 30, "0x10", "٣"])
def test_a_size_that_is_none_is_refused(world: World, size: str) -> None:
    told = {"content-length": size.encode()}
    answer = world.ask("POST", "/room/api/join", content=b"{}", headers=told)  # type: ignore[arg-type]
    assert answer.status_code == 413


def test_what_does_not_say_how_much_it_is_is_not_read_to_its_end(world: World) -> None:
    class Sent(list[int]):
        async def __aiter__(self):  # type: ignore[no-untyped-def]
            for _ in range(10_000):
                self.append(1)
                yield b"x" * 4096

    sent = Sent()
    answer = world.ask("POST", "/room/api/vote", world.join(), content=sent.__aiter__())
    assert answer.status_code == 413
    assert len(sent) < 20


def test_all_that_waits_together_is_bounded(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    ada = world.join()
    monkeypatch.setattr(sending, "AT_ONCE", 10)
    assert world.post("sharing", {"on": True}, ada).status_code == 429
    monkeypatch.undo()
    for _ in range(3):  # and what was refused is not counted any longer
        assert world.post("sharing", {"on": True}, ada).status_code == 200
    assert world.room.intake._waiting == 0


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"[]",
        b"null",
        b'"name"',
        b"[" * 60_000,
        b'{"a":' * 12_000,
        b"\xff\xfe{}",
        b"{}",
        b'{"name": null, "word": null}',
        b'{"name": ["Ada"], "word": {"a": 1}}',
        b'{"name": 1e999, "word": true}',
    ],
)
def test_what_is_no_answer_to_the_question_is_refused(world: World, body: bytes) -> None:
    answer = world.ask("POST", "/room/api/join", content=body)
    assert (answer.status_code, list(answer.json())) == (400, ["error"])


@given(
    st.sampled_from(["join", "return", "vote", "sharing", "progress", "instructor/enter"]),
    st.dictionaries(
        st.sampled_from(["name", "word", "question", "letter", "on", "lesson", "task"]),
        st.recursive(st.none() | st.booleans() | st.text() | st.integers(), st.lists),
    ),
)
def test_whatever_is_sent_gets_an_answer(path: str, values: dict[str, object]) -> None:
    world, secret = everlasting()
    answer = world.post(path, values, secret)
    assert answer.status_code in (200, 400, 401, 403, 404, 409, 429)
    assert answer.status_code == 200 or list(answer.json()) == ["error"]


WORLDS: list[tuple[World, str]] = []


def everlasting() -> tuple[World, str]:
    """Return one room for all examples of a property."""
    return WORLDS[0]


@pytest.fixture(scope="module", autouse=True)
def kept_world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    world = World(tmp_path_factory.mktemp("room"))
    WORLDS.append((world, world.join()))
    yield
    world.close()
    WORLDS.clear()


# --- Names --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "student"),
    [
        ("Ada", "ada-01"),
        ("O’Brien", "obrien-01"),
        ("Zoë Müller-Lüdenscheidt", "zoe-01"),
        ("李小龙", "learner-01"),
        ("Dr. No", "dr-01"),
        ("B 52", "b-01"),
        ("ﬁona", "fiona-01"),
        ("A" * 40, "a" * 16 + "-01"),
    ],
)
def test_people_have_the_names_that_they_have(world: World, name: str, student: str) -> None:
    joined = world.post("join", {"name": name, "word": world.room.people.word}).json()
    assert (joined["student"], joined["name"]) == (student, name)


@pytest.mark.parametrize(
    "name",
    [
        "<b>Ada</b>",
        "Ada<script>alert(1)</script>",
        "../../etc/passwd",
        "..\\Ada",
        "Ada/Bo",
        "Ada\x00",
        "Ada\x1b[31m",
        "\u202eadA",
        "Ada\u200b",
        "\ud800",
        "Ada & Bo",
        'Ada"',
        "Ada`",
        "Ada=1+1",
        "@SUM(A1)",
        "😀",
        "",
        "   ",
        "A" * 41,
    ],
)
def test_what_is_no_name_is_refused(world: World, name: str) -> None:
    answer = world.post("join", {"name": name, "word": world.room.people.word})
    assert answer.status_code == 400
    assert all(0x20 <= ord(sign) < 0x7F or sign == "’" for sign in answer.json()["error"])
    assert world.room.people.count() == 0


@given(st.text(max_size=50))
def test_a_name_is_refused_or_safe(name: str) -> None:
    try:
        kept = understood(name)
    except RefusedError:
        return
    assert understood(kept) == kept
    assert not set('<>&"/\\`=@\x00\n\r') & set(kept)
    assert letters(kept).isascii()
    assert letters(kept).isalnum()


# --- Words and guesses --------------------------------------------------------------------------


def test_words_are_long_enough_and_never_the_same() -> None:
    secrets = {new_secret() for _ in range(200)}
    assert len(secrets) == 200
    assert all(len(plain(each)) == 20 for each in secrets)
    words = [new_word(6) for _ in range(200)]
    assert all(len(each.split("-")) == 3 and len(plain(each)) == 12 for each in words)
    assert len(set(words)) == 200


def test_secrets_are_not_kept(world: World) -> None:
    secret = world.join()
    world.room.store.rows("PRAGMA wal_checkpoint(TRUNCATE)")
    kept = b"".join(path.read_bytes() for path in world.settings.folder.iterdir())
    assert secret.encode() not in kept
    assert plain(secret).encode() not in kept
    assert digest(secret).encode() in kept


@pytest.mark.parametrize(
    ("path", "name"),
    [("join", "word"), ("return", "secret"), ("instructor/enter", "word")],
)
def test_a_thousand_guesses_find_nothing_and_keep_nobody_out(
    world: World, path: str, name: str
) -> None:
    many = 1000 if path == "join" else 50  # they are counted together
    ada = world.join()
    answers = [
        world.post(path, {"name": "Eve", name: new_word(6)}).status_code for _ in range(many)
    ]
    assert set(answers[:WRONG]) <= {401, 403}
    assert set(answers[WRONG:]) == {429}
    assert world.room.people.count() == 1
    assert world.get("me", ada).status_code == 200
    assert world.join("Bo")  # from the same address
    assert world.instructor()
    other = world.post(path, {"name": "Cy", name: "x"}, address="192.168.1.8")
    assert other.status_code in (401, 403)


def test_an_address_may_try_again_after_a_minute(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = [0.0]
    monkeypatch.setattr("course_tools.room.guesses.time.monotonic", lambda: now[0])
    for _ in range(WRONG + 3):
        answer = world.post("join", {"name": "Ada", "word": "x"})
    assert answer.status_code == 429
    now[0] += 61
    assert world.post("join", {"name": "Ada", "word": "x"}).status_code == 403


def test_addresses_that_guessed_long_ago_are_forgotten(world: World) -> None:
    for number in range(1500):
        with_address = f"10.0.{number // 250}.{number % 250}"
        world.room.guesses.wrong(with_address)
    assert len(world.room.guesses._wrong) == 1000


def test_one_device_does_not_fill_the_room(world: World) -> None:
    for number in range(JOINED):
        world.room.guesses.joined("192.168.1.7")
        assert number < JOINED
    joined = {"name": "Eve", "word": world.room.people.word}
    assert world.post("join", joined).status_code == 429
    assert world.post("join", joined, address="192.168.1.8").status_code == 200


def test_a_full_room_says_so(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("course_tools.room.people.MOST", 2)
    ada = world.join(), world.join()
    answer = world.post("join", {"name": "Eve", "word": world.room.people.word})
    assert (answer.status_code, world.room.people.count()) == (409, 2)
    assert world.get("me", ada[0]).status_code == 200


# --- Others' --------------------------------------------------------------------------------------

LEARNERS = [
    ("GET", "me"),
    ("GET", "now"),
    ("POST", "sharing"),
    ("POST", "vote"),
    ("POST", "progress"),
]
INSTRUCTORS = [
    ("GET", "instructor/now"),
    ("GET", "instructor/now?peek=1"),
    ("GET", "instructor/view"),
    ("GET", "instructor/people"),
    ("GET", "instructor/notes/06"),
    ("POST", "instructor/question"),
    ("POST", "instructor/people/ada-01/secret"),
]


@pytest.mark.parametrize(("method", "path"), [*LEARNERS, *INSTRUCTORS])
@pytest.mark.parametrize("secret", [None, "", "x", "ada-01", "Bearer", "' OR '1'='1"])
def test_nobody_answers_to_whom_nobody_knows(
    world: World, method: str, path: str, secret: str | None
) -> None:
    world.join()
    answer = world.ask(method, f"/room/api/{path}", secret, content=b"{}" * (method == "POST"))
    assert answer.status_code == 401
    assert "ada" not in answer.text.lower()


@pytest.mark.parametrize(("method", "path"), INSTRUCTORS)
def test_a_learner_is_no_instructor(world: World, method: str, path: str) -> None:
    ada = world.join()
    answer = world.ask(method, f"/room/api/{path}", ada, content=b"{}" * (method == "POST"))
    assert answer.status_code == 401
    assert world.get("me", ada).json()["student"] == "ada-01"


@pytest.mark.parametrize(("method", "path"), LEARNERS)
def test_an_instructor_is_no_learner(world: World, method: str, path: str) -> None:
    answer = world.ask(
        method, f"/room/api/{path}", world.instructor(), content=b"{}" * (method == "POST")
    )
    assert answer.status_code == 401


@pytest.mark.parametrize(("method", "path"), [*LEARNERS, *INSTRUCTORS])
def test_an_address_answers_to_one_way_of_asking(world: World, method: str, path: str) -> None:
    other = "GET" if method == "POST" else "POST"
    for secret in (world.join(), world.instructor()):
        answer = world.ask(other, f"/room/api/{path}", secret)
        assert answer.status_code in (404, 405)
        assert list(answer.json()) == ["error"]


def test_nobody_votes_twice_or_for_others(world: World) -> None:
    ada, bo = world.join("Ada"), world.join("Bo")
    world.turn("first")
    for letter in "abcab":
        world.vote(ada, letter)
    forged = {"question": KEY, "letter": "c", "student": "bo-02", "secret": bo, "round": "second"}
    assert world.post("vote", forged, ada).status_code == 200
    assert world.ask("POST", "/room/api/vote?student=bo-02", ada, json=forged).status_code == 200
    assert world.question(bo)["mine"] == {"first": None, "second": None}
    assert world.question(ada)["mine"] == {"first": "c", "second": None}
    assert world.room.ballots.result(KEY)["first"] == {"a": 0, "b": 0, "c": 1}


@pytest.mark.parametrize("letter", ["", "d", "A", "a ", "aa", "<b>", "\x00", None, ["a"], 1])
def test_there_is_no_empty_ballot_and_no_other_letter(world: World, letter: object) -> None:
    ada = world.join()
    world.turn("first")
    answer = world.post("vote", {"question": KEY, "letter": letter}, ada)
    assert answer.status_code == 400
    assert world.room.ballots.voted(KEY) == 0


@pytest.mark.parametrize("key", ["02/steps", "6/race", "06 race", "", "../06/race", "06/race\x00"])
def test_a_vote_is_for_the_question_that_is_open(world: World, key: str) -> None:
    ada = world.join()
    world.turn("first")
    assert world.vote(ada, "a", key).status_code in (404, 409)
    assert world.room.ballots.voted(KEY) == 0


def test_nothing_that_was_kept_is_a_page(world: World) -> None:
    world.join("Ada")
    for path in ("/room/room.sqlite", "/room/submitted/ada-01/", "/room/handed_in/", "/submitted/"):
        assert world.ask("GET", path).status_code == 404
