"""The process inside bubblewrap that is forked for each submission, with everything imported.

It runs nothing of a learner's. It has rights that its children give up: to make namespaces within
the sandbox, and to end what runs there. The marker speaks to it through one socket, which no child
keeps, and hands it for each submission one end of a new socket, which belongs to the child alone.
"""

from __future__ import annotations

import base64
import contextlib
import json
import os
import select
import signal
import socket
import sys
from pathlib import Path
from typing import Any, NoReturn

import lessons_lib

from . import fence, runner

REQUEST = 65_536
"""Bytes of the largest request."""

END, GONE = ENDS = (b"end", b"gone")
"""What the marker says when it is done with a child, and when a child seems to have ended."""

PATIENCE = 2.0
"""Seconds in which a child ends that seems to have: it may need a processor to come to its end."""

Message = dict[str, Any]


def main(number: int) -> None:
    """Serve the marker on the socket that is open under a number, until it is closed."""
    __import__("gc").freeze()
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # a Ctrl-C is for the marker alone
    with socket.socket(fileno=number) as control:
        fence.adopt_orphans()
        answer(control, ready=True)
        while True:
            request, handed, _, _ = socket.recv_fds(control, REQUEST, 1)
            if not request:
                return
            if request not in ENDS:  # those come late if a child has ended by itself
                serve(control, json.loads(request), handed[0])


def answer(control: socket.socket, **message: Any) -> None:
    """Answer the marker."""
    control.sendall(json.dumps(message).encode())


def serve(control: socket.socket, message: Message, channel: int) -> None:
    """Start a child for one submission, and see it to its end."""
    try:
        child = start(control, channel, message)
    except OSError as error:
        answer(control, error=str(error))
        return
    finally:
        os.close(channel)
    descriptor = os.pidfd_open(child)
    socket.send_fds(control, [json.dumps({"child": child}).encode()], [descriptor])
    asked = finish(control, child, descriptor)
    os.close(descriptor)
    while reap(wait=message["namespaces"]):
        pass
    answer(control, asked=asked)


def start(control: socket.socket, channel: int, message: Message) -> int:
    """Start the child for one submission and return its process id.

    Parameters
    ----------
    control : socket
        Closed in the child.
    channel : int
        The child's socket to the marker.
    message : dict
        See `shut_in`.

    Raises
    ------
    OSError
        If it cannot be shut in. Then there is no child.
    """
    with fence.first_of_its_world() if message["namespaces"] else contextlib.nullcontext():
        child = os.fork()
        if not child:
            begin(control, channel, message)
    return child


def begin(control: socket.socket, channel: int, message: Message) -> NoReturn:
    """Be the child: shut yourself in, and serve the marker. Nothing is run if that fails."""
    status = 1
    try:
        control.close()
        os.setsid()
        shut_in(message)
        runner.serve(channel, first=message["namespaces"])
        status = 0
    finally:
        os._exit(status)


def shut_in(message: Message) -> None:
    """Take all steps of the fence, in the one order that works.

    Parameters
    ----------
    message : dict
        "namespaces", whether there are any; "folders" to be replaced by empty ones, each of "disk"
        bytes; others to be "covered"; where more of the "library" is; "links" into the former;
        "work", the folder to be in; "bounds" of the system; "user" to become; and the "filter" of
        system calls.
    """
    if message["namespaces"]:
        fence.leave_mounts()
        fence.mount_empty(message["folders"], message["disk"])
        fence.cover(message["covered"])
        lessons_lib.__path__[:0] = message["library"]
        fence.freeze_devices()
    for place, target in message["links"].items():
        Path(place).parent.mkdir(exist_ok=True)
        Path(place).parent.chmod(0o777)
        Path(place).symlink_to(target)
    work = Path(message["work"])
    work.mkdir(exist_ok=True)
    work.chmod(0o777)
    os.chdir(work)
    sys.path.insert(0, "")  # a notebook imports the files that it has written
    fence.set_bounds(message["bounds"])
    if message["namespaces"]:
        fence.become(message["user"])
        fence.filter_calls(base64.b64decode(message["filter"]))


def finish(control: socket.socket, child: int, descriptor: int) -> bool:
    """Wait until the child ends, or the marker wants it to end.

    Parameters
    ----------
    control : socket
        The marker's.
    child, descriptor : int
        Its process id, and the number under which it is open.

    Returns
    -------
    bool
        Whether the marker asked for it, and the child was still there.
    """
    asking = control.fileno()
    ready, _, _ = select.select([asking, descriptor], [], [])
    if asking in ready and control.recv(REQUEST) == GONE:
        ready, _, _ = select.select([descriptor], [], [], PATIENCE)
    asked = descriptor not in ready
    for kill in (os.killpg, os.kill):  # it may not have come to lead a group
        with contextlib.suppress(ProcessLookupError):
            kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    return asked


def reap(*, wait: bool) -> bool:
    """Take leave of a process that the child has left behind, if there is one.

    Parameters
    ----------
    wait : bool
        Whether to wait for it. In a namespace of its own all end with the child; elsewhere not.
    """
    try:
        return os.waitpid(-1, 0 if wait else os.WNOHANG)[0] > 0
    except ChildProcessError:
        return False
