"""All that is to be seen inside, copied: with one time for every file, and no word of whose."""

from __future__ import annotations

import contextlib
import importlib.util
import marshal
import os
import struct
import sys
import sysconfig
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from course_tools.files import ROOT
from course_tools.marking.results import MarkingError
from course_tools.marking.sandbox import tree

LARGEST = 2**30
"""Bytes that may be shown. Python and the packages take a quarter."""

TIME = 315_532_800
"""The time of every file, in seconds: the first of January 1980."""

TAG = sys.implementation.cache_tag

HEADER = struct.Struct("<III")

OURS = (tree.OWN, tree.OPENED, f"{tree.COURSE}/modules")
"""Where modules are compiled that have not been."""


def fill(home: str, files: Mapping[str, str | bytes]) -> int:
    """Copy files into an empty folder, and return how many bytes that takes.

    Parameters
    ----------
    home : str
        The folder.
    files : dict of str to str or bytes
        Places in it, and paths of files or their contents.

    Raises
    ------
    MarkingError
        If they take more than ``LARGEST``.
    """
    made, size, hiding = {""}, 0, words_to_hide()
    for place, source in files.items():
        for name, content, mode in pieces(place, source, hiding):
            make_folders(home, name.rpartition("/")[0], made)
            write(home + name, content, mode)
            size += len(content)
        if size > LARGEST:
            raise MarkingError(
                f"What notebooks need is copied into memory, and takes more than {LARGEST >> 20}"
                f" MB: {place} is one file too many. Give less with --module."
            )
    for folder in made:
        os.utime(home + folder, (TIME, TIME))
    return size


def make_folders(home: str, folder: str, made: set[str]) -> None:
    """Make a folder, and those above it."""
    if folder not in made:
        make_folders(home, folder.rpartition("/")[0], made)
        Path(home + folder).mkdir()
        Path(home + folder).chmod(0o755)
        made.add(folder)


def write(place: str, content: bytes, mode: int) -> None:
    """Write a file that has the same time as all others."""
    number = os.open(place, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, mode)
    try:
        view = memoryview(content)
        while view:
            view = view[os.write(number, view) :]
        os.fchmod(number, mode)
        os.utime(number, (TIME, TIME))
    finally:
        os.close(number)


def read(path: str) -> tuple[bytes, int]:
    """Return the content of a file, and when it was changed last, in seconds since 1970."""
    number = os.open(path, os.O_RDONLY)
    with os.fdopen(number, "rb", buffering=0) as file:
        return file.readall(), int(os.fstat(number).st_mtime)


def pieces(
    place: str, source: str | bytes, hiding: Mapping[str, tuple[bytes, bytes]]
) -> Iterator[tuple[str, bytes, int]]:
    """Give what is written for a file: the place, the content and the mode of each."""
    if isinstance(source, bytes):
        yield place, source, 0o644
        return
    content, changed = read(source)
    mode = 0o755 if ".so" in place or "/bin/" in place else 0o644
    if place.endswith(".py"):
        if "/_sysconfigdata" in place:
            content = hidden(content, hiding.values())
        yield place, content, 0o644
        ready = compiled(place, source, content, changed)
        if ready:
            folder, _, name = place.rpartition("/")
            words = [words for home, words in hiding.items() if source.startswith(home)]
            yield f"{folder}/__pycache__/{name[:-3]}.{TAG}.pyc", hidden(ready, words), 0o644
    elif place.startswith(tree.PYTHON) or "/libpython" in place:
        home = os.path.realpath(sys.base_prefix)
        above = [words for folder, words in hiding.items() if home.startswith(f"{folder}/")]
        yield place, hidden(content, above), mode
    else:
        yield place, content, mode


def compiled(place: str, source: str, content: bytes, changed: int) -> bytes:
    """Return a module as Python keeps it, or nothing if it has to do that itself.

    Parameters
    ----------
    place, source : str
        Where the module is to be, and where it is.
    content : bytes
        What is to be there.
    changed : int
        When it was changed last, in seconds since 1970.
    """
    with contextlib.suppress(FileNotFoundError):
        data, _ = read(importlib.util.cache_from_source(source))
        if data[:16] == header(changed, len(content)):
            return header(TIME, len(content)) + data[16:]
    if place.startswith(OURS):
        with contextlib.suppress(SyntaxError, ValueError):
            code = compile(content, place, "exec", dont_inherit=True)
            return header(TIME, len(content)) + marshal.dumps(code)
    return b""


def header(changed: int, size: int) -> bytes:
    """Return what stands before a compiled module, as Python's own `py_compile` writes it."""
    return importlib.util.MAGIC_NUMBER + HEADER.pack(0, changed & 0xFFFFFFFF, size & 0xFFFFFFFF)


def words_to_hide() -> dict[str, tuple[bytes, bytes]]:
    """Return the folders that say whose machine this is, and what to write in place of each.

    That is as long, since programs and compiled modules say how long it is. The folder in which
    Python's own lies is among them, and not that itself: in programs, texts share their ends.
    """
    home = os.path.realpath(sys.base_prefix)
    folders = {sysconfig.get_path("purelib"), sys.prefix, str(ROOT), os.path.realpath(ROOT)}
    folders |= {str(Path(each).parent) for each in (home, sys.base_prefix)}
    telling = [each for each in folders if each.count("/") > 1 and not each.startswith("/usr")]
    filler = os.fsencode(tree.COURSE)
    return {
        name: (os.fsencode(name), _as_long(filler, os.fsencode(name)))
        for name in sorted(telling, key=len, reverse=True)
    }


def _as_long(filler: bytes, word: bytes) -> bytes:
    return filler.ljust(len(word), b"_")[: len(word)]


def hidden(content: bytes, words: Iterable[tuple[bytes, bytes]]) -> bytes:
    """Replace some words by others."""
    for word, other in words:
        content = content.replace(word, other)
    return content
