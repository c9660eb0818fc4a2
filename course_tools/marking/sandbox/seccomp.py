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
    # signs in what all processes of a machine share: its memory, its disks, its counters
    "mbind": (237, 235), "set_mempolicy": (238, 237), "get_mempolicy": (239, 236),
    "set_mempolicy_home_node": (450, 450), "migrate_pages": (256, 238), "move_pages": (279, 239),
    "process_madvise": (440, 440), "process_mrelease": (448, 448), "pidfd_open": (434, 434),
    "sysinfo": (99, 179), "ustat": (136, 179),
    "sync": (162, 81), "syncfs": (306, 267),
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

MISSING = {"clone3": (435, 435), "statx": (332, 291)}
"""Calls that seem not to exist. Older ones are made in their place, whose arguments show more, as
those of ``clone``, or whose answers show less: ``statx`` numbers every mount of the machine."""

NEWEST = 467
"""The last call that is known here. All that come after it seem not to exist, either."""

LOAD, EQUAL, AT_LEAST, ANY_OF, RETURN = 0x20, 0x15, 0x35, 0x45, 0x06
ALLOW, KILL, ERROR = 0x7FFF0000, 0x80000000, 0x00050000


@dataclass(frozen=True)
class Part:
    """A call that is refused in part.

    Parameters
    ----------
    numbers : tuple of int
        The call's number on each machine, as in ``REFUSED``.
    argument : int
        Which argument decides, counted from 0.
    values : tuple of int
        Those that are refused.
    test : int
        How they are compared.
    unless : bool
        Whether all others are refused instead.
    """

    numbers: tuple[int, int]
    argument: int
    values: tuple[int, ...]
    test: int = EQUAL
    unless: bool = False


# fmt: off
PARTS = {
    # CLONE_NEWUSER, and CLONE_PIDFD: such a file has the number of all processes so far
    "clone": Part((56, 220), 0, (0x10001000,), ANY_OF),
    # AF_UNIX alone
    "socket": Part((41, 198), 0, (1,), unless=True),
    "socketpair": Part((53, 199), 0, (1,), unless=True),
    # SO_SNDBUF: what a socket holds counts as nobody's memory; SO_PASSCRED: see "bind"
    "setsockopt": Part((54, 208), 2, (7, 16)),
    # SO_COOKIE, SO_NETNS_COOKIE, SO_PEERPIDFD: numbers from counters of the machine
    "getsockopt": Part((55, 209), 2, (57, 71, 77)),
    # a socket without a name is given one, which older kernels count
    "bind": Part((49, 200), 2, (2,)),
    # F_SETLK, F_SETLKW, F_OFD_SETLK, F_OFD_SETLKW, F_SETLEASE, F_NOTIFY, and F_GET_RW_HINT to
    # F_SET_FILE_RW_HINT: these stay with a file, even with one that can only be read
    "fcntl": Part((72, 25), 1, (6, 7, 37, 38, 1024, 1026, 1035, 1036, 1037, 1038)),
    # MADV_MERGEABLE, _HUGEPAGE, _COLD, _PAGEOUT, _COLLAPSE: they change pages that others use
    "madvise": Part((28, 233), 2, (12, 14, 20, 21, 25)),
    # PR_SET_THP_DISABLE, PR_SET_MEMORY_MERGE
    "prctl": Part((157, 167), 0, (41, 67)),
    # RNDGETENTCNT: what is left of the system's randomness
    "ioctl": Part((16, 29), 1, (0x80045200,)),
}
# fmt: on

X32 = 0x40000000
"""From here on the numbers are those of calls of a third form, on x86-64 only."""

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
        The place of its numbers in ``REFUSED``, ``MISSING`` and ``PARTS``.
    """

    audit: int
    column: int


MACHINES = {"x86_64": Machine(0xC000003E, 0), "aarch64": Machine(0xC00000B7, 1)}


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
    missing = [numbers[kind.column] for numbers in MISSING.values()]
    return b"".join(
        [
            _line(LOAD, ARCHITECTURE),
            _line(EQUAL, kind.audit, yes=1),
            _line(RETURN, KILL),
            _line(LOAD, NUMBER),
            *_refuse(AT_LEAST, X32),
            *_refuse(AT_LEAST, NEWEST + 1, errno.ENOSYS),
            *(line for number in refused for line in _refuse(EQUAL, number)),
            *(line for number in missing for line in _refuse(EQUAL, number, errno.ENOSYS)),
            *(line for part in PARTS.values() for line in _refuse_part(part, kind.column)),
            _line(RETURN, ALLOW),
        ]
    )


def _line(code: int, value: int, yes: int = 0, no: int = 0) -> bytes:
    """Write one instruction; ``yes`` and ``no`` say how many to leap over."""
    return struct.pack("<HBBI", code, yes, no, value)


def _refuse(test: int, value: int, error: int = errno.EPERM) -> list[bytes]:
    """Refuse calls whose number passes a test."""
    return [_line(test, value, no=1), _line(RETURN, ERROR | error)]


def _refuse_part(part: Part, column: int) -> list[bytes]:
    """Refuse a call, depending on the lower half of an argument; then look at the number again."""
    refuse = _line(RETURN, ERROR | errno.EPERM)
    lines = [_line(LOAD, ARGUMENTS + 8 * part.argument)]
    for value in part.values:
        lines += [_line(part.test, value, *((1, 0) if part.unless else (0, 1))), refuse]
    lines.append(_line(LOAD, NUMBER))
    return [_line(EQUAL, part.numbers[column], no=len(lines)), *lines]
