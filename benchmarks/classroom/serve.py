"""Serve a room in a process of its own: `python serve.py FOLDER SITE NAME`, a port that is free.

Its first line tells where it is, and its words.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

from course_tools.room.app import create_app
from course_tools.room.serving import listen, server_of
from course_tools.room.settings import RoomSettings

HERE = "127.0.0.1"


def main(folder: str, site: str, name: str) -> None:
    app = create_app(RoomSettings(Path(folder), Path(site), hosts=frozenset({name})))
    listening = listen(HERE, 0)
    people = app.state.room.people
    told = {
        "port": listening.getsockname()[1],
        "word": people.word,
        "instructors_word": people.instructors_word,
    }
    print(json.dumps(told), flush=True)
    server_of(app).run(sockets=[listening])


if __name__ == "__main__":
    main(*sys.argv[1:])
