"""What a room is started with."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from course_tools.files import ROOT


class FolderError(Exception):
    """A room's folder cannot be used; the message says why, and what to do."""


@dataclass(frozen=True)
class RoomSettings:
    """Where a room finds what it serves, where it keeps what it is told, and how it is called.

    Parameters
    ----------
    folder : Path
        Keeps people, votes and what is handed in. Nothing in it is ever served.
    site : Path
        The built site, with the browser's Jupyter and the slides in it.
    pages : Path
        The room's own pages and scripts.
    notes : Path
        The instructor's notes, NN_slug.md.
    hosts : frozenset of str
        The names and addresses under which the room is called, without a port; localhost always
        is one of them.
    address : str
        Where learners find it, as it stands on the wall: "http://192.168.1.5:8000".
    """

    folder: Path = ROOT / "room"
    site: Path = ROOT / "site" / "_build"
    pages: Path = ROOT / "site" / "room"
    notes: Path = ROOT / "instructors"
    hosts: frozenset[str] = field(default_factory=frozenset)
    address: str = "http://localhost:8000"

    def __post_init__(self) -> None:
        """Refuse to keep people's votes and work where they would be served.

        Raises
        ------
        FolderError
            If the folder lies in one that is served.
        """
        for served in (self.site, self.pages):
            if self.folder.resolve().is_relative_to(served.resolve()):
                raise FolderError(
                    f"The room's folder {self.folder} lies in {served}, which everybody can read."
                    " Choose one that lies elsewhere, such as room."
                )
