"""The system calls that learners' code may not make: a filter that the kernel applies to each.

Namespaces, ids and mounts fence what code can reach. This closes what they leave open: memory that
no limit counts, sockets to the outside of a virtual machine, new namespaces, and the rarely used
parts of a kernel, in which most of its faults are found.

Numbers: the kernel's `unistd_64.h` (x86-64) and `asm-generic/unistd.h` (ARM). Form of the program:
`linux/filter.h` and `linux/seccomp.h`.
"""

from __future__ import annotations

import errno
import platform
import struct
from dataclasses import dataclass

from course_tools.marking.results import MarkingError

# fmt: off
REFUSED = {
    # other namespaces, other roots, other mounts
    "unshare": (272, 97), "setns": (308, 268), "mount": (165, 40), "umount2": (166, 39),
    "pivot_root": (155, 41), "chroot": (161, 51), "open_tree": (428, 428),
    "move_mount": (429, 429), "fsopen": (430, 430), "fsconfig": (431, 431),
    "fsmount": (432, 432), "fspick": (433, 433), "mount_setattr": (442, 442),
    "open_tree_attr": (467, 467), "statmount": (457, 457), "listmount": (458, 458),
    # other processes' memory
    "ptrace": (101, 117), "process_vm_readv": (310, 270), "process_vm_writev": (311, 271),
    "pidfd_getfd": (438, 438), "kcmp": (312, 272),
    # memory that outlives its process, or that no limit counts
    "memfd_create": (319, 279), "memfd_secret": (447, 447), "shmget": (29, 194),
    "shmat": (30, 196), "shmctl": (31, 195), "semget": (64, 190), "msgget": (68, 186),
    "mq_open": (240, 180), "add_key": (248, 217), "request_key": (249, 218), "keyctl": (250, 219),
    # signs that notebooks could give each other by files that both can read
    "mincore": (27, 232), "cachestat": (451, 451), "preadv2": (327, 286),
    "flock": (73, 32), "inotify_init": (253, 26), "inotify_init1": (294, 26),
    # parts of the kernel that no exercise needs
    "bpf": (321, 280), "perf_event_open": (298, 241), "userfaultfd": (323, 282),
    "io_setup": (206, 0), "io_uring_setup": (425, 425), "io_uring_enter": (426, 426),
    "io_uring_register": (427, 427), "personality": (135, 92), "init_module": (175, 105),
    "finit_module": (313, 273), "delete_module": (176, 106), "kexec_load": (246, 104),
    "kexec_file_load": (320, 294), "reboot": (169, 142), "swapon": (167, 224),
    "swapoff": (168, 225), "acct": (163, 89), "quotactl": (179, 60), "quotactl_fd": (443, 443),
    "open_by_handle_at": (304, 265), "name_to_handle_at": (303, 264),
    "fanotify_init": (300, 262), "syslog": (103, 116),
    "settimeofday": (164, 170), "clock_settime": (227, 112), "adjtimex": (159, 171),
    "clock_adjtime": (305, 266), "sethostname": (170, 161), "setdomainname": (171, 162),
}
"""By name: the number on x86-64, and the number on 64-bit ARM."""
# fmt: on

NEW_USERS = 0x10000000
"""CLONE_NEWUSER."""

UNIX = 1
"""AF_UNIX."""

BUFFER = 7
"""SO_SNDBUF: what a socket holds counts as nobody's memory."""

SIGNS = (6, 7, 37, 38, 1026)
"""F_SETLK, F_SETLKW, F_OFD_SETLK, F_OFD_SETLKW, F_NOTIFY: by these, too, notebooks could sign."""

X32 = 0x40000000
"""From here on the numbers are those of calls of a third form, on x86-64 only."""

LOAD, EQUAL, AT_LEAST, ANY_OF, RETURN = 0x20, 0x15, 0x35, 0x45, 0x06
ALLOW, KILL, ERROR = 0x7FFF0000, 0x80000000, 0x00050000

NUMBER, ARCHITECTURE, ARGUMENTS = 0, 4, 16
"""Places in ``struct seccomp_data``, little-endian."""


@dataclass(frozen=True)
class Machine:
    """What a kind of processor calls its calls.

    Parameters
    ----------
    audit : int
        The kernel's number of the kind.
    column : int
        Its place in ``REFUSED``.
    clone, clone3, fcntl, socket, socketpair, setsockopt : int
        Numbers of calls that are refused in part.
    """

    audit: int
    column: int
    clone: int
    clone3: int
    fcntl: int
    socket: int
    socketpair: int
    setsockopt: int


MACHINES = {
    "x86_64": Machine(
        0xC000003E, 0, clone=56, clone3=435, fcntl=72, socket=41, socketpair=53, setsockopt=54
    ),
    "aarch64": Machine(
        0xC00000B7, 1, clone=220, clone3=435, fcntl=25, socket=198, socketpair=199, setsockopt=208
    ),
}


def program(machine: str = "") -> bytes:
    """Write the filter for a kind of processor.

    Parameters
    ----------
    machine : str, optional
        As ``platform.machine()`` gives it, which is the default.

    Returns
    -------
    bytes
        An array of ``struct sock_filter``.

    Raises
    ------
    MarkingError
        If the numbers of its calls are not known here.
    """
    name = machine or platform.machine()
    if name not in MACHINES:
        raise MarkingError(
            f"This machine is {name}, whose system calls the sandbox does not know. Mark on"
            f" {' or '.join(MACHINES)}."
        )
    kind = MACHINES[name]
    refused = [numbers[kind.column] for numbers in REFUSED.values()]
    return b"".join(
        [
            _line(LOAD, ARCHITECTURE),
            _line(EQUAL, kind.audit, yes=1),
            _line(RETURN, KILL),
            _line(LOAD, NUMBER),
            *_refuse(AT_LEAST, X32),
            *(line for number in refused for line in _refuse(EQUAL, number)),
            *_refuse(EQUAL, kind.clone3, errno.ENOSYS),  # then clone is tried, whose flags show
            *_refuse_if(kind.clone, 0, ANY_OF, NEW_USERS),
            *_refuse_unless(kind.socket, 0, EQUAL, UNIX),
            *_refuse_unless(kind.socketpair, 0, EQUAL, UNIX),
            *_refuse_if(kind.setsockopt, 2, EQUAL, BUFFER),
            *(line for sign in SIGNS for line in _refuse_if(kind.fcntl, 1, EQUAL, sign)),
            _line(RETURN, ALLOW),
        ]
    )


def _line(code: int, value: int, yes: int = 0, no: int = 0) -> bytes:
    """Write one instruction; ``yes`` and ``no`` say how many to leap over."""
    return struct.pack("<HBBI", code, yes, no, value)


def _refuse(test: int, value: int, error: int = errno.EPERM) -> list[bytes]:
    """Refuse calls whose number passes a test."""
    return [_line(test, value, no=1), _line(RETURN, ERROR | error)]


def _refuse_if(number: int, argument: int, test: int, value: int) -> list[bytes]:
    """Refuse one call if an argument, counted from 0, passes a test."""
    lines = [_line(test, value, no=1), _line(RETURN, ERROR | errno.EPERM)]
    return _on_argument(number, argument, lines)


def _refuse_unless(number: int, argument: int, test: int, value: int) -> list[bytes]:
    """Refuse one call unless an argument, counted from 0, passes a test."""
    lines = [_line(test, value, yes=1), _line(RETURN, ERROR | errno.EPERM)]
    return _on_argument(number, argument, lines)


def _on_argument(number: int, argument: int, lines: list[bytes]) -> list[bytes]:
    """Look at the lower half of an argument of one call, and then at the number again."""
    inside = [_line(LOAD, ARGUMENTS + 8 * argument), *lines, _line(LOAD, NUMBER)]
    return [_line(EQUAL, number, no=len(inside)), *inside]
