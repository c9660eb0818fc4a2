"""What the command lines of `make room` and `make check-room` have in common."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from course_tools.room.addresses import HERE, Place, asked, networks, place_of
from course_tools.room.settings import FolderError, RoomSettings


@dataclass(frozen=True)
class Where:
    """Where a room is to be found.

    Parameters
    ----------
    place : Place
        The address and port at which it is served.
    names : tuple of str
        Names that lead there.
    cert, key : Path, optional
        The files for TLS.
    """

    place: Place
    names: tuple[str, ...] = ()
    cert: Path | None = None
    key: Path | None = None

    @property
    def link(self) -> str:
        """The address of the course as learners write it, with a slash at the end."""
        scheme, usual = ("https", 443) if self.cert else ("http", 80)
        host = self.names[0] if self.names else self.place.host
        port = "" if self.place.port == usual else f":{self.place.port}"
        return f"{scheme}://{host}{port}/"

    @property
    def hosts(self) -> frozenset[str]:
        """What the room may be called in a request."""
        return frozenset((self.place.host, *self.names))


def add_options(parser: argparse.ArgumentParser) -> None:
    """Add where a room is to be found, and where it keeps what it is told."""
    add = parser.add_argument
    said = "this machine's address in the room's network, such as 192.168.1.5 or 192.168.1.5:8001"
    add("--address", default="", metavar="ADDRESS", help=said)
    said = "a name that leads here, such as laptop.local; may be given several times"
    add("--name", action="append", default=[], metavar="NAME", help=said)
    said = "where votes and exercises are kept"
    add("--folder", type=Path, default=RoomSettings().folder, metavar="FOLDER", help=said)
    add("--cert", type=Path, metavar="FILE", help="certificate for TLS, in PEM form")
    add("--key", type=Path, metavar="FILE", help="its key")


def read(parser: argparse.ArgumentParser, arguments: Sequence[str]) -> argparse.Namespace:
    """Read a command line with these options."""
    chosen = parser.parse_args(arguments)
    if (chosen.cert is None) != (chosen.key is None):
        parser.error("a certificate and its key belong together: give both, or neither")
    return chosen


def settings_of(folder: Path, where: Where) -> RoomSettings:
    """Return what a room is started with.

    Raises
    ------
    FolderError
        If the folder must not keep what people say.
    """
    try:
        return RoomSettings(folder=folder, hosts=where.hosts, address=where.link.removesuffix("/"))
    except ValueError as error:
        raise FolderError(str(error)) from None


def where(chosen: argparse.Namespace) -> Where:
    """Return where the room is to be; without an address, ask on the terminal.

    Raises
    ------
    AddressError
        If the address is not this machine's.
    """
    return Where(place(chosen.address), tuple(chosen.name), chosen.cert, chosen.key)


def place(given: str) -> Place:
    """Return the place that was given, or is given now; nobody who can be asked means: here."""
    if given:
        return place_of(given, networks())
    can_ask = sys.stdin.isatty() and sys.stdout.isatty()
    return asked(networks()) if can_ask else Place(HERE)
