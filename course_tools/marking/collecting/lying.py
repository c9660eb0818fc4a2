"""What lies below a folder: files, folders and zips as one tree, without opening any notebook."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Literal

from course_tools.marking.collecting.names import is_systems, is_zip
from course_tools.marking.collecting.reading import opened_zip
from course_tools.marking.collecting.zips import MOST_INSIDE, Entry, entries_of, zip_in
from course_tools.marking.submissions import DEFAULT, Bounds, RefusedError

DEEPEST = 8
"""Folders that may stand inside each other."""

MOST_BELOW = 2_000
"""Files and folders that are looked at in one folder of a student's."""

Kind = Literal["file", "folder", "zip", "link", "closed", "other"]


@dataclass
class Thing:
    """Something that lies there.

    Parameters
    ----------
    name : str
        Its own name.
    kind : str
        What it is. "closed" is a folder that does not let anybody look.
    path : Path
        Where it is on disk, or the zip that holds it.
    inside : tuple of str
        Its name in the zip; before it, that of a zip in the zip. Empty outside of zips.
    time : float or None
        When it was changed, in seconds since 1970.
    shown : str
        Where it lies, for people.
    things : dict of str to Thing
        What it holds, if it is a folder or a zip, by name.
    trouble : str
        Why nobody can read it.
    """

    name: str
    kind: Kind
    path: Path
    inside: tuple[str, ...] = ()
    time: float | None = None
    shown: str = ""
    things: dict[str, Thing] = field(default_factory=dict)
    trouble: str = ""

    def files(self) -> Iterator[Thing]:
        """Give every file in it, or itself; what cannot be looked into counts as one."""
        if self.kind in ("folder", "zip") and not self.trouble and not is_systems(self.name):
            for thing in self.things.values():
                yield from thing.files()
        else:
            yield self


def things_in(folder: Path, bounds: Bounds = DEFAULT) -> list[Thing]:
    """List a folder, or a zip, with all that is below it, in order.

    Raises
    ------
    OSError, RefusedError
        If it cannot be read at all.
    """
    if folder.is_file():
        return list(in_zip(folder, folder, bounds, "").values())
    with os.scandir(folder) as entries:
        found = sorted(entries, key=lambda entry: entry.name)
    return [Look(folder, bounds).thing(entry, "") for entry in found]


class Look:
    """A look into one thing of a folder, with a bound on how much is seen there."""

    def __init__(self, folder: Path, bounds: Bounds) -> None:
        self.folder, self.bounds, self.left = folder, bounds, MOST_BELOW

    def thing(self, entry: os.DirEntry[str], above: str, depth: int = 0) -> Thing:
        """Say what something is, and what it holds."""
        kind, when = seen(entry)
        path, shown = Path(entry.path), above + entry.name
        thing = Thing(entry.name, kind, path, time=when, shown=shown)
        if is_systems(entry.name):
            return thing
        if kind == "folder":
            self.fill(thing, depth)
        elif kind == "file" and is_zip(entry.name):
            thing.kind = "zip"
            try:
                thing.things = in_zip(self.folder, path, self.bounds, shown + "/")
            except RefusedError as error:
                thing.trouble = str(error)
            except OSError as error:
                thing.trouble = f"The zip cannot be read ({error.strerror})."
        return thing

    def fill(self, thing: Thing, depth: int) -> None:
        """Look into a folder."""
        if depth == DEEPEST:
            thing.trouble = f"More than {DEEPEST} folders stand inside each other."
            return
        try:
            with os.scandir(thing.path) as entries:
                found = sorted(islice(entries, self.left + 1), key=lambda entry: entry.name)
        except OSError:
            thing.kind = "closed"
            return
        self.left -= len(found)
        if self.left < 0:
            thing.trouble = f"More than {MOST_BELOW:,} files lie in this folder."
            return
        for entry in found:
            thing.things[entry.name] = self.thing(entry, thing.shown + "/", depth + 1)


def seen(entry: os.DirEntry[str]) -> tuple[Kind, float | None]:
    """Say what something is, without following a link, and when it was changed."""
    try:
        state = entry.stat(follow_symlinks=False)
    except OSError:
        return "closed", None
    kinds: dict[int, Kind] = {stat.S_IFREG: "file", stat.S_IFDIR: "folder", stat.S_IFLNK: "link"}
    return kinds.get(stat.S_IFMT(state.st_mode), "other"), state.st_mtime


# --- In a zip -------------------------------------------------------------------------------------


def in_zip(folder: Path, path: Path, bounds: Bounds, above: str) -> dict[str, Thing]:
    """List a zip as if it were a folder.

    Raises
    ------
    RefusedError, OSError
        If it cannot be listed.
    """
    top = Thing("", "zip", path, shown=above)
    with opened_zip(folder, path) as (file, entries):
        for entry in entries.values():
            thing = put(top, entry, ())
            if thing.kind == "zip" and not thing.trouble:
                try:
                    within = entries_of(zip_in(file, entry, bounds), MOST_INSIDE)
                except RefusedError as error:
                    thing.trouble = str(error)
                    continue
                for each in within.values():
                    deep = put(thing, each, (entry.name,))
                    if deep.kind == "zip":
                        deep.trouble = deep.trouble or "It lies in a zip that lies in a zip."
    return top.things


def put(top: Thing, entry: Entry, within: tuple[str, ...]) -> Thing:
    """Put something from a zip into a tree, with the folders above it."""
    parts = (entry.name,) if entry.trouble else entry.parts
    at = top
    for number, part in enumerate(parts[:-1], start=1):
        if number > DEEPEST:
            parts = (*parts[: number - 1], "/".join(parts[number - 1 :]))
            break
        at = held(at, part)
    thing = held(at, parts[-1])
    inside = (*within, entry.name)
    thing.inside, thing.time, thing.trouble = inside, entry.time, entry.trouble
    if not entry.folder:
        thing.kind = "zip" if is_zip(parts[-1]) and not is_systems(parts[-1]) else "file"
    return thing


def held(at: Thing, name: str) -> Thing:
    """Return what a folder holds under a name; a new folder if it holds nothing."""
    if name not in at.things:
        above = at.shown if not at.shown or at.shown.endswith("/") else at.shown + "/"
        at.things[name] = Thing(name, "folder", at.path, inside=("",), shown=above + name)
    return at.things[name]
