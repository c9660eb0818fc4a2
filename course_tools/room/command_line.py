"""`make room`: the course, with its votes and exercises, for everybody in this room."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path

from course_tools.commands import call
from course_tools.files import show
from course_tools.room import options
from course_tools.room.addresses import AddressError, networks
from course_tools.room.app import create_app
from course_tools.room.checking import network
from course_tools.room.checking.findings import Finding, line_of
from course_tools.room.holding import clear, holding
from course_tools.room.options import Where
from course_tools.room.poster import drawn
from course_tools.room.serving import listen, server_of
from course_tools.room.settings import FolderError
from course_tools.verbs import VERBS

MADE_BY = (("site", "--lite", "--if-needed"), ("slides", "--if-needed"))
"""The commands that make what a room serves."""

GOES = "Everything in it goes: names, votes, and exercises that are not marked yet. Type yes: "


def main(arguments: Sequence[str]) -> int:
    """Serve a room until it is ended with Ctrl-C."""
    parser = argparse.ArgumentParser(
        prog="course_tools room",
        description="Serve the course with its votes and exercises to everybody in this room.",
    )
    options.add_options(parser)
    parser.add_argument("--clear", action="store_true", help="delete all that the room has kept")
    chosen = options.read(parser, arguments)
    try:
        return cleared(chosen.folder) if chosen.clear else opened(chosen)
    except (AddressError, FolderError) as error:
        print(error, file=sys.stderr)
        return 1


def opened(chosen: argparse.Namespace) -> int:
    """Make what is served, and serve it."""
    where = options.where(chosen)
    settings = options.settings_of(chosen.folder, where)
    if found := [each for each in obstacles(where) if not each.is_ready]:
        print("\n".join(map(line_of, found)), file=sys.stderr)
        return 1
    if status := make_what_is_served():
        return status
    with holding(settings.folder):
        app = create_app(settings)
        server = server_of(app, certificate=where.cert, key=where.key)
        listening, people = listen(*where.place), app.state.room.people
        print(poster(where, people.word, people.instructors_word), flush=True)
        with suppress(KeyboardInterrupt):
            server.run(sockets=[listening])
    print(f"The room is closed. What it has kept is in {show(settings.folder)}.")
    return 0


def obstacles(where: Where) -> Iterator[Finding]:
    """Look at what would keep the server from starting, before minutes go into making the site."""
    yield network.port(where.place)
    if where.cert and where.key:
        yield network.certificate(where.cert, where.key)


def make_what_is_served() -> int:
    """Make the site with its JupyterLab, and the slides, where they are missing or old."""
    return next((status for words in MADE_BY if (status := call(VERBS[words[0]], words[1:]))), 0)


def poster(where: Where, word: str, instructors_word: str) -> str:
    """Write what the instructor needs to begin."""
    joining = f"{where.link}room/"
    lines = [
        "",
        drawn(f"{joining}#{word}"),
        "",
        f"Learners open      {joining}",
        f"and give the word  {word}",
        "",
        f"You open           {joining}instructor.html",
        f"and give the word  {instructors_word}   (yours alone: do not show this window)",
        "",
    ]
    if not where.place.is_open:
        lines.append(f"Nobody else gets there: the room is on this machine alone. {opening()}")
    lines.append("Ctrl-C ends the room. Started again, it goes on where it was.")
    return "\n".join(lines)


def opening() -> str:
    """Say how the room is opened to others."""
    given = [each.address for each in networks()] or ["192.168.1.5"]
    return f"`make room ROOM_ADDRESS={given[0]}` opens it."


def cleared(folder: Path) -> int:
    """Delete what a room has kept, if whoever sits at the terminal means it."""
    if sys.stdin.isatty() and input(f"{show(folder)} will be deleted. {GOES}") != "yes":
        print("Nothing was deleted.")
        return 1
    left = clear(folder)
    print(f"All that the room has kept in {show(folder)} is deleted.")
    if left:
        print(f"What is not the room's stays there: {', '.join(left)}.")
    return 0
