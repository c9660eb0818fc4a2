"""`make check-room`: one page, which says that a room is ready, or what is missing and its mend."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator, Sequence

from course_tools.files import show
from course_tools.room import options
from course_tools.room.addresses import AddressError, networks
from course_tools.room.checking import device, machine, network, rehearsal, tools
from course_tools.room.checking.findings import Finding, line_of, verdict
from course_tools.room.checking.rehearsal import MARKING, STEPS
from course_tools.room.options import Where
from course_tools.room.settings import FolderError

PARTS = ("device", "rehearsal", "marking")
"""What can be left out, because it takes long or is done elsewhere."""

PATIENCE = 180.0
"""Seconds in which the second device has to come."""

AFTER = "It was not tried, since something above is missing."
FIRST = "Mend that first, then look again."


def main(arguments: Sequence[str]) -> int:
    """Look at everything; the exit status is 0 if the room is ready."""
    parser = argparse.ArgumentParser(
        prog="course_tools check-room",
        description="Look the evening before, on the machine that will stand in front, whether a"
        " room has all that it needs.",
    )
    options.add_options(parser)
    said = "leave this out; may be given several times"
    parser.add_argument("--without", action="append", default=[], choices=PARTS, help=said)
    said = "seconds in which the second device has to come"
    parser.add_argument("--patience", type=float, default=PATIENCE, help=said)
    chosen = options.read(parser, arguments)
    try:
        where = options.where(chosen)
        options.settings_of(chosen.folder, where)
    except (AddressError, FolderError) as error:
        print(error, file=sys.stderr)
        return 1
    found: list[Finding] = []
    print(f"A room at {where.link}, which keeps what it is told in {show(chosen.folder)}\n")
    for each in findings(chosen, where):
        print(line_of(each), flush=True)
        found.append(each)
    print(f"\n{verdict(found)}")
    return 0 if all(each.is_ready for each in found) else 1


def findings(chosen: argparse.Namespace, where: Where) -> Iterator[Finding]:
    """Give what is found, first what takes no time."""
    yield machine.disk(chosen.folder)
    yield machine.memory()
    yield machine.clock()
    yield network.address(where.place, networks())
    yield (port := network.port(where.place))
    yield (certificate := held(where))
    yield (site := tools.site())
    yield tools.slides()
    if "marking" not in chosen.without:
        yield (sandbox := tools.sandbox())
    if "device" not in chosen.without:
        can_serve = port.is_ready and certificate.is_ready
        waited = device.device(where, chosen.patience) if can_serve else untried("second device")
        yield waited
    if "rehearsal" not in chosen.without:
        marked = "marking" not in chosen.without and sandbox.is_ready
        steps = [name for name in STEPS if marked or name != MARKING]
        yield rehearsal.rehearsal(steps) if site.is_ready else untried("rehearsal")


def held(where: Where) -> Finding:
    """Look at the certificate, if there is to be one."""
    if where.cert and where.key:
        return network.certificate(where.cert, where.key)
    return Finding("certificate", "None: the room will be served over plain http.")


def untried(subject: str) -> Finding:
    """Say that something was not looked at."""
    return Finding(subject, AFTER, FIRST)
