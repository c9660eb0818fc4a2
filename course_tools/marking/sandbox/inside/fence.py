"""The steps by which a forked process shuts itself in, each by a call to the system.

Python 3.11 has none of these calls, so they go through the C library. Their numbers are those of
the kernel's own headers: `linux/sched.h`, `linux/mount.h`, `linux/prctl.h`, `linux/capability.h`.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import resource
import stat
from collections.abc import Iterator, Mapping, Sequence

NEW_MOUNTS, NEW_IPC, NEW_PIDS = 0x00020000, 0x08000000, 0x20000000
RECURSIVE, PRIVATE, NO_SETUID, NO_DEVICES, NO_PROGRAMS = 0x4000, 0x40000, 2, 4, 8
SET_SECCOMP, FILTER, NO_NEW_PRIVILEGES, ADOPT_ORPHANS = 22, 2, 38, 36

SAME_AGAIN, READ_ONLY = 32 | 4096, 1
"""MS_REMOUNT | MS_BIND, and MS_RDONLY."""

CAPABILITIES = 0x20080522
"""The third version of their form."""

LIBRARY = ctypes.CDLL(None, use_errno=True)


class FilterProgram(ctypes.Structure):
    """``struct sock_fprog``."""

    _fields_ = (("length", ctypes.c_ushort), ("lines", ctypes.c_char_p))


def call(name: str, *arguments: object) -> None:
    """Call a function of the C library, and raise OSError if it fails."""
    if getattr(LIBRARY, name)(*arguments) != 0:
        number = ctypes.get_errno()
        raise OSError(number, f"{name}: {os.strerror(number)}")


def adopt_orphans() -> None:
    """Become the parent of whatever descends from this process and loses its own."""
    call("prctl", ADOPT_ORPHANS, 1, 0, 0, 0)


@contextlib.contextmanager
def first_of_its_world() -> Iterator[None]:
    """Let a child that is forked meanwhile be the first process of a world of its own.

    Raises
    ------
    OSError
        If there can be none.
    """
    try:
        call("unshare", NEW_PIDS)
    except OSError as error:
        raise OSError(f"no namespaces can be made inside the sandbox: {error}") from None
    try:
        yield
    finally:
        me = os.pidfd_open(os.getpid())
        call("setns", me, NEW_PIDS)  # its brothers and sisters have worlds of their own
        os.close(me)


def leave_mounts() -> None:
    """Have mounts of one's own, and no memory in common with others."""
    call("unshare", NEW_MOUNTS | NEW_IPC)


def mount_empty(folders: Mapping[str, str], size: int) -> None:
    """Put an empty folder in memory in place of some, each of so many bytes.

    Parameters
    ----------
    folders : dict of str to str
        Places, and the permissions of each, such as "1777".
    size : int
        Bytes.
    """
    call("mount", b"none", b"/", None, RECURSIVE | PRIVATE, None)
    for folder, mode in folders.items():
        options = f"size={size},nr_inodes=4096,mode={mode}".encode()
        call("mount", b"tmpfs", folder.encode(), b"tmpfs", NO_SETUID | NO_DEVICES, options)


def cover(folders: Sequence[str]) -> None:
    """Put an empty folder in place of some, in which nothing can be written."""
    for folder in folders:
        call("mount", b"tmpfs", folder.encode(), b"tmpfs", READ_ONLY, b"size=4096,mode=555")


def freeze_devices(folder: str = "/dev") -> None:
    """Let nobody change the files of devices, which stay in use.

    They are the machine's own: what one submission wrote into their times, the next one could read.
    """
    for entry in os.scandir(folder):
        if entry.name == "pts" or stat.S_ISCHR(entry.stat(follow_symlinks=False).st_mode):
            kept = os.statvfs(entry.path).f_flag & (NO_SETUID | NO_DEVICES | NO_PROGRAMS)
            call("mount", None, entry.path.encode(), None, SAME_AGAIN | READ_ONLY | kept, None)


def set_bounds(bounds: Mapping[str, int]) -> None:
    """Set bounds that cannot be lifted again, by the system's names, such as "NOFILE"."""
    for name, most in bounds.items():
        number = getattr(resource, f"RLIMIT_{name}")
        hard = resource.getrlimit(number)[1]
        most = most if hard == resource.RLIM_INFINITY else min(most, hard)
        resource.setrlimit(number, (most, most))


def become(user: int | None) -> None:
    """Become another user, if one is given, and give up all rights over the system."""
    if user is not None:
        os.setgroups([])
        os.setresgid(user, user, user)
        os.setresuid(user, user, user)
    header = (ctypes.c_uint32 * 2)(CAPABILITIES, 0)
    none = (ctypes.c_uint32 * 6)()
    call("capset", header, none)


def filter_calls(program: bytes) -> None:
    """Refuse the system calls that a filter names, here and in all children."""
    call("prctl", NO_NEW_PRIVILEGES, 1, 0, 0, 0)
    lines = FilterProgram(len(program) // 8, program)
    call("prctl", SET_SECCOMP, FILTER, ctypes.byref(lines), 0, 0)
