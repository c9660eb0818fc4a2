"""What programs and libraries need to run: other libraries, and the program that links them.

Form of the files: `elf.h`, 64 bits, little-endian. Where libraries are found: `man ld.so`. To read
119 of them takes 0.04 seconds of work; `ldd`, which starts a linker for each, takes 0.64.
"""

from __future__ import annotations

import mmap
import os
import re
import shutil
import struct
import subprocess
import sysconfig
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

HEADER = struct.Struct("<16x2xHIQQQIHHH")
SEGMENT = struct.Struct("<IIQQQQQQ")
ENTRY = struct.Struct("<QQ")

LOADED, DYNAMIC, LINKER = 1, 2, 3
"""Kinds of segments: PT_LOAD, PT_DYNAMIC, PT_INTERP."""

NEEDED, NAMES, OLD_PATH, PATH = 1, 5, 15, 29
"""Kinds of entries: DT_NEEDED, DT_STRTAB, DT_RPATH, DT_RUNPATH."""

CACHED = re.compile(r"^\s*(\S+) \(([^)]*)\) => (\S+)$", re.MULTILINE)


@dataclass(frozen=True)
class Needs:
    """What a file needs, as it says.

    Parameters
    ----------
    linker : str
        The program that links it when it is started, or nothing.
    libraries : tuple of str
        Names of libraries.
    folders : tuple of str
        Where they are looked for first.
    """

    linker: str = ""
    libraries: tuple[str, ...] = ()
    folders: tuple[str, ...] = ()


def needs_of(path: Path) -> Needs:
    """Read what a program or library needs; nothing if it is neither."""
    with path.open("rb") as file:
        if file.read(6) != b"\x7fELF\x02\x01":
            return Needs()
        with mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as content:
            return _needs_in(content)


def _needs_in(content: mmap.mmap) -> Needs:
    _, _, _, start, _, _, _, _, count = HEADER.unpack_from(content)
    segments = [SEGMENT.unpack_from(content, start + SEGMENT.size * k) for k in range(count)]
    linker, libraries, folders, names = "", list[int](), list[int](), 0
    for kind, _, offset, _, _, size, _, _ in segments:
        if kind == LINKER:
            linker = content[offset : offset + size].rstrip(b"\0").decode()
        if kind == DYNAMIC:
            for tag, value in ENTRY.iter_unpack(content[offset : offset + size // 16 * 16]):
                libraries += [value] * (tag == NEEDED)
                folders += [value] * (tag in (OLD_PATH, PATH))
                names = value if tag == NAMES else names
    for kind, _, offset, address, _, size, _, _ in segments:
        if kind == LOADED and address <= names < address + size:
            names = names - address + offset
            break
    read, looked = (
        [content[names + k : content.find(b"\0", names + k)].decode() for k in places]
        for places in (libraries, folders)
    )
    return Needs(linker, tuple(read), tuple(":".join(looked).split(":")))


@cache
def standard_folders() -> tuple[str, ...]:
    """Return where the linker looks by itself."""
    kind = sysconfig.get_config_var("MULTIARCH") or ""
    folders = [f"/lib/{kind}", f"/usr/lib/{kind}", "/lib64", "/usr/lib64", "/lib", "/usr/lib"]
    return tuple(folder for folder in folders if Path(folder).is_dir())


@cache
def known_libraries() -> dict[str, str]:
    """Return the other libraries that the linker knows of this machine, by name."""
    program = shutil.which("ldconfig", path=f"/sbin:/usr/sbin:{os.defpath}")
    if not program:
        return {}
    done = subprocess.run([program, "-p"], capture_output=True, text=True, check=False)
    return {
        name: place
        for name, kind, place in reversed(CACHED.findall(done.stdout))
        if "64" in kind and "x32" not in kind
    }


@cache
def system_library(name: str) -> Path | None:
    """Find a library of the system."""
    places = [f"{folder}/{name}" for folder in standard_folders()]
    places += [known_libraries()[name]] if name in known_libraries() else []
    return next((Path(place) for place in places if Path(place).is_file()), None)


@cache
def libraries_folder() -> str:
    """Return the folder of the C library, in which the linker always looks."""
    return os.path.realpath((system_library("libc.so.6") or Path("/usr/lib/libc.so.6")).parent)


def settled(path: Path) -> str:
    """Return a path in which only the last part may be a link."""
    return f"{os.path.realpath(path.parent)}/{path.name}"


def place_of(path: Path) -> str:
    """Return where a library of the system has to be so that the linker finds it without a list."""
    standard = {os.path.realpath(folder) for folder in standard_folders()}
    own = os.path.realpath(path.parent)
    return f"{own if own in standard else libraries_folder()}/{path.name}"


def libraries_for(paths: Iterable[Path], homes: Mapping[str, str]) -> Iterator[tuple[str, Path]]:
    """Find all libraries that some programs and libraries need, and these again.

    Parameters
    ----------
    paths : iterable of Path
        Programs and libraries.
    homes : dict of str to str
        Folders that are to be elsewhere with all that is in them, and where.

    Yields
    ------
    tuple of str and Path
        Where each is to be, and where it is. What is not found is left out.
    """
    waiting, seen = [*paths], set[str]()
    while waiting:
        path = waiting.pop()
        needs = needs_of(path)
        if needs.linker:
            yield settled(Path(needs.linker)), Path(needs.linker)
        for name in needs.libraries:
            own = _beside(path, name, needs.folders)
            found = own or _elsewhere(name, needs.folders) or system_library(name)
            if found and str(found) not in seen:
                seen.add(str(found))
                waiting.append(found)
                yield (moved(found, homes) if own else "") or place_of(found), found


def moved(path: Path, homes: Mapping[str, str]) -> str:
    """Return where a file is to be, if it lies in a folder that is to be elsewhere."""
    for home, place in homes.items():
        if path.is_relative_to(home):
            return f"{place}/{path.relative_to(home)}"
    return ""


def _beside(path: Path, name: str, folders: Iterable[str]) -> Path | None:
    """Find a library that lies where a file says, as seen from that file."""
    for folder in folders:
        if "$ORIGIN" in folder:
            place = Path(os.path.normpath(folder.replace("$ORIGIN", str(path.parent))), name)
            if place.is_file():
                return place
    return None


def _elsewhere(name: str, folders: Iterable[str]) -> Path | None:
    """Find a library in a folder of this machine that a file names."""
    places = (Path(folder) / name for folder in folders if folder.startswith("/"))
    return next((place for place in places if place.is_file()), None)
