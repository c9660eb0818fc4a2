"""A look at the sandbox from inside, before a batch: what must be out of reach is out of reach."""

from __future__ import annotations

import contextlib
import json
import os
import platform
import secrets
import socket
import tempfile
from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path
from typing import Any

from course_tools.files import ROOT
from course_tools.marking.results import MarkingError
from course_tools.marking.sandbox.bubble import ENVIRONMENT, HOST
from course_tools.marking.sandbox.limits import Limits
from course_tools.marking.sandbox.session import Sandbox, StoppedError, retry_when_lost
from course_tools.marking.sandbox.tree import COURSE
from lessons_lib.feedback.stopwatch import TimeLimit

CELL = "from inside.attempts import succeeded\nimport json\nprint(json.dumps(succeeded({bait!r})))"

WITHIN = TimeLimit(working=20.0, waiting=20.0)
"""Time for all attempts together, some of which wait for an answer that must not come."""

SETS_ITSELF = ("LC_CTYPE", "PWD")
"""Variables that bubblewrap and Python set inside."""


@cache
def trust_sandbox(
    limits: Limits, hidden: tuple[str, ...] = (), modules: tuple[Path, ...] = ()
) -> None:
    """Make sure that the sandbox keeps what it promises. Once for each process is enough.

    Parameters
    ----------
    limits : Limits
        The limits that will hold.
    hidden : tuple of str
        Files and folders that must not be seen inside.
    modules : tuple of Path
        Folders with modules that are shown inside, since the sandbox is the one that will be used.

    Raises
    ------
    MarkingError
        If anything succeeds that must not, with what that is.
    """
    found = retry_when_lost(lambda: leaks(limits, hidden, modules), "its own test")
    if found:
        raise MarkingError(
            "The sandbox leaks, so nothing was run in it. From inside, these could be reached:\n"
            + "\n".join(f"  - {each}" for each in found)
            + "\nUpdate bubblewrap, or mark on another machine."
        )


os.register_at_fork(after_in_child=trust_sandbox.cache_clear)  # a copy will use another sandbox


def leaks(limits: Limits, hidden: Sequence[str] = (), modules: Sequence[Path] = ()) -> list[str]:
    """Return what is possible in the sandbox and must not be, in words."""
    with baits(limits, hidden) as bait, Sandbox(limits, modules=modules) as sandbox:
        try:
            answer = sandbox.ask(
                "run",
                WITHIN,
                source=CELL.format(bait=bait),
                title="<probe>",
            )
        except StoppedError as error:
            return [f"the probe did not come to its end: {error}"]
    if answer["error"]:
        return [f"the probe did not come to its end: {answer['traceback']}"]
    return [str(each) for each in json.loads(answer["printed"])]


@contextlib.contextmanager
def baits(limits: Limits, hidden: Sequence[str]) -> Iterator[dict[str, Any]]:
    """Lay out what a leaking sandbox would reach."""
    name = f"marking-{secrets.token_hex(8)}"
    with tempfile.TemporaryDirectory(prefix=f"{name}-") as folder, contextlib.ExitStack() as stack:
        Path(folder).chmod(0o755)  # what a leak would show could be read
        secret = Path(folder) / "secret"
        secret.write_text(name)
        at_rest = secret.stat()
        opened = os.open(secret, os.O_RDONLY)
        os.set_inheritable(opened, True)
        stack.callback(os.close, opened)
        os.environ["MARKING_PROBE"] = name
        stack.callback(os.environ.pop, "MARKING_PROBE", None)
        yield {
            "servers": [*_servers(stack, folder, name)],
            "files": [str(secret), folder, "/proc/self", "/sys/kernel", "/etc", *hidden],
            "variables": [*ENVIRONMENT, *SETS_ITSELF],
            "pids": 40_000,
            "hosts": [*{platform.node()} - {HOST}],
            "places": [] if ROOT.is_relative_to(COURSE) else [str(ROOT)],
            "open": [[at_rest.st_dev, at_rest.st_ino]],
            "bounds": limits.bounds,
            "disk": limits.disk,
        }


def _servers(
    stack: contextlib.ExitStack, folder: str, name: str
) -> Iterator[tuple[str, str | list[Any]]]:
    """Start a server for every kind of address, and give the addresses."""
    wanted: list[tuple[str, Any]] = [
        ("AF_INET", ("127.0.0.1", 0)),
        ("AF_UNIX", f"{folder}/socket"),
        ("AF_UNIX", f"\0{name}"),
    ]
    for kind, address in wanted:
        server = stack.enter_context(socket.socket(getattr(socket, kind)))
        server.bind(address)
        if kind == "AF_UNIX" and address.startswith("/"):
            Path(address).chmod(0o777)
        server.listen()
        yield kind, list(server.getsockname()) if kind == "AF_INET" else address
