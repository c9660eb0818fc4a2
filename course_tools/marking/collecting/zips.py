"""Zips, read where they lie: what they hold, and one file of it, within bounds.

Nothing that a zip says of itself is believed: names lead nowhere, since nothing is written to disk
under them, and sizes are counted while a file is unpacked.
"""

from __future__ import annotations

import io
import stat
import struct
import time
import unicodedata
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from typing import BinaryIO, Protocol, cast

from course_tools.marking.collecting.files import too_large
from course_tools.marking.submissions import Bounds, printable, refuse, unseen

MOST = 20_000
"""Files and folders in the zip of a class; more than any platform puts there."""

MOST_INSIDE = 2_000
"""The same for a zip that lies in a zip, or that a student has made."""

DIRECTORY = 256
"""Bytes for each of them in the zip's own list, on average."""

RATIO, AT_LEAST = 200, 2**20
"""Times that a file may grow when it is unpacked, once it has this size; notebooks grow tenfold."""

PIECE = 2**16
LOCKED = 0x1
UTF8 = 0x800

HEADER = struct.Struct("<4s22xHH")
"""Before each file: a signature, and the lengths of its name and of what follows that."""

AGAIN = "Make a new zip, or hand in the notebook itself."


class Readable(Protocol):
    """What is asked of an open file."""

    def read(self, size: int = -1, /) -> bytes:
        """Read so many bytes."""
        ...

    def seek(self, place: int, whence: int = 0, /) -> int:
        """Go to a place."""
        ...

    def tell(self) -> int:
        """Say where it is."""
        ...


@dataclass(frozen=True)
class Entry:
    """A file in a zip, or an empty folder.

    Parameters
    ----------
    name : str
        Its name, as the zip has it; a key, and never a path.
    parts : tuple of str
        The folders in which it stands, as far as names are concerned, and its own name.
    time : float or None
        When it was changed, in seconds since 1970, by the clock of whoever packed it.
    folder : bool
        Whether it is a folder.
    trouble : str
        Why it cannot be read, if it cannot.
    """

    name: str
    parts: tuple[str, ...]
    time: float | None
    folder: bool
    trouble: str
    info: zipfile.ZipInfo


# --- What a zip holds -----------------------------------------------------------------------------


class Sparing:
    """An open file of which nobody reads more than so much at a time."""

    def __init__(self, file: Readable, most: int) -> None:
        self.file, self.most = file, most
        self.seek, self.tell = file.seek, file.tell

    def read(self, size: int = -1) -> bytes:
        """Read, unless that is too much."""
        if size > self.most:
            refuse(f"The zip holds more files than anybody needs. {AGAIN}")
        return self.file.read(self.most if size < 0 else size)


def entries_of(file: Readable, most: int = MOST) -> dict[str, Entry]:
    """List a zip.

    Parameters
    ----------
    file : Readable
        The zip, open.
    most : int
        Files and folders that it may hold.

    Returns
    -------
    dict of str to Entry
        By name. If there are several of a name, the last one, as when a zip is unpacked.

    Raises
    ------
    RefusedError
        If it is none, is cut off, or holds too much.
    """
    try:
        sparing = cast(BinaryIO, Sparing(file, max(most * DIRECTORY, 2 * PIECE)))
        with zipfile.ZipFile(sparing) as archive:
            found = archive.infolist()
    except (zipfile.BadZipFile, zipfile.LargeZipFile, struct.error, ValueError, OverflowError):
        refuse(f"This is no zip, or it is cut off. {AGAIN}")
    except (NotImplementedError, EOFError, OSError, MemoryError):
        refuse(f"The zip cannot be read. {AGAIN}")
    if len(found) > most:
        refuse(f"The zip holds {len(found):,} files, and {most:,} are allowed. {AGAIN}")
    return {each.filename: entry_of(each) for each in found}


def entry_of(info: zipfile.ZipInfo) -> Entry:
    """Say what is known of a file in a zip."""
    parts = parts_of(info)
    mode = info.external_attr >> 16
    trouble = ""
    if stat.S_ISLNK(mode):
        trouble = f"{printable(parts[-1])!r} is a link. Hand in the notebook itself."
    elif info.flag_bits & LOCKED:
        trouble = f"The zip is locked with a password. {AGAIN}"
    elif leads_elsewhere(parts):
        trouble = f"Its name in the zip leads elsewhere or cannot be shown. {AGAIN}"
    folder = info.filename.endswith("/")
    return Entry(info.filename, parts, time_of(info), folder, trouble, info)


def parts_of(info: zipfile.ZipInfo) -> tuple[str, ...]:
    """Split a name, which may be written in several ways, into those of folders and its own."""
    name = info.filename
    if not info.flag_bits & UTF8:
        with suppress(UnicodeError):
            name = name.encode("cp437").decode()  # macOS does not say that it writes UTF-8
    name = unicodedata.normalize("NFC", name).replace("\\", "/")
    return tuple(name.rstrip("/").split("/"))


def leads_elsewhere(parts: tuple[str, ...]) -> bool:
    """Whether a name would lead out of a folder, or hides what it is."""
    odd = any(part in ("", ".", "..") or any(map(unseen, part)) for part in parts)
    return odd or parts[0][1:2] == ":"


def time_of(info: zipfile.ZipInfo) -> float | None:
    """Return when a file was changed; None if the zip does not say."""
    if info.date_time[:3] <= (1980, 1, 1):
        return None
    try:
        return time.mktime((*info.date_time, 0, 0, -1))
    except (OverflowError, ValueError):
        return None


# --- One file of it -------------------------------------------------------------------------------


def content_in(file: Readable, entry: Entry, bounds: Bounds) -> bytes:
    """Unpack one file, in memory.

    Parameters
    ----------
    file : Readable
        The zip, open.
    entry : Entry
        Which one.
    bounds : Bounds
        How large it may be, whatever the zip says of that.

    Raises
    ------
    RefusedError
        If it cannot be unpacked, or is too large, or not what the zip says it is.
    """
    if entry.trouble:
        refuse(entry.trouble)
    info = entry.info
    try:
        file.seek(info.header_offset)
        signature, name, extra = HEADER.unpack(file.read(HEADER.size))
        file.seek(info.header_offset + HEADER.size + name + extra)
        content = bytearray()
        for piece in unpacked(file, info):
            content += piece
            check_size(len(content), info, bounds)
    except (struct.error, zlib.error, OSError, ValueError, OverflowError):
        refuse(f"The file in the zip is damaged. {AGAIN}")
    if signature != b"PK\x03\x04" or zlib.crc32(content) != info.CRC:
        refuse(f"The file in the zip is damaged. {AGAIN}")
    if not content:
        refuse("The file is empty. Save the notebook, and hand it in once more.")
    return bytes(content)


def unpacked(file: Readable, info: zipfile.ZipInfo) -> Iterator[bytes]:
    """Give a file piece by piece."""
    if info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        refuse(f"The zip is packed in a way that is rarely used. {AGAIN}")
    unpack = zlib.decompressobj(-zlib.MAX_WBITS)
    left = info.compress_size
    while left > 0 and (packed := file.read(min(left, PIECE))):
        left -= len(packed)
        if info.compress_type == zipfile.ZIP_STORED:
            yield packed
            continue
        while packed and not unpack.eof:
            yield unpack.decompress(packed, PIECE)
            packed = unpack.unconsumed_tail
    if left and not unpack.eof:
        refuse(f"The zip is cut off: it ends in the middle. {AGAIN}")


def check_size(size: int, info: zipfile.ZipInfo, bounds: Bounds) -> None:
    """Refuse what grows beyond bounds."""
    if size > bounds.file:
        refuse(too_large(f"has more than {bounds.file:,} bytes", bounds))
    if size > max(AT_LEAST, RATIO * info.compress_size):
        refuse(
            f"The file in the zip grows more than {RATIO} times when it is unpacked, as no notebook"
            " does. Hand in the notebook itself."
        )


def zip_in(file: Readable, entry: Entry, bounds: Bounds) -> io.BytesIO:
    """Unpack a zip that lies in a zip, in memory."""
    return io.BytesIO(content_in(file, entry, bounds))
