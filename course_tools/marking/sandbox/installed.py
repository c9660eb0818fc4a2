"""The programs that make the sandbox, and what to do where it is missing or cannot."""

from __future__ import annotations

import os
import shutil

from course_tools.marking.results import MarkingError


def bubblewrap() -> str:
    """Return where bubblewrap is.

    Raises
    ------
    MarkingError
        If it is not there, with what to install.
    """
    found = shutil.which("bwrap", path=os.defpath + os.pathsep + os.environ.get("PATH", ""))
    if not found:
        raise MarkingError(
            "Learners' code is run in a sandbox, and the program for it, bwrap, is not on this"
            " machine. Install the package bubblewrap (Debian, Ubuntu: `apt install bubblewrap`;"
            " Fedora: `dnf install bubblewrap`). It exists for Linux only: elsewhere, mark in a"
            " virtual machine."
        )
    return found


def entrance() -> str:
    """Return where the program is that starts others in namespaces which are there already.

    Raises
    ------
    MarkingError
        If it is not there, with what to install.
    """
    found = shutil.which("nsenter", path=f"/usr/sbin:/sbin:{os.defpath}")
    if not found:
        raise MarkingError(
            "The sandbox needs the program nsenter, which is not on this machine. Install the"
            " package util-linux (Fedora: util-linux-core), to which it belongs."
        )
    return found


def no_sandbox(complaints: str) -> str:
    """Say that the sandbox does not start, why, and what to do."""
    return (
        f"The sandbox does not start: {complaints.strip() or 'it gives no reason'}\nWhere"
        " 'No permissions' or 'Operation not permitted' is named, this system lets ordinary users"
        " make no namespaces: Ubuntu needs an AppArmor profile for bwrap (`sudo aa-status` lists"
        " them), a container needs user namespaces allowed by its host. Marking as root does"
        " without them."
    )
