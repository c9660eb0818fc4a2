"""Under which address a room is to be found: what this machine has, and what was chosen of it."""

from __future__ import annotations

import socket
from collections.abc import Callable, Sequence
from ipaddress import IPv4Address
from typing import NamedTuple

import psutil

HERE = "127.0.0.1"
"""The address at which no other machine finds this one."""

PORT = 8000

OPEN = "Which one do the learners' laptops reach? Enter alone keeps the room on this machine: "


class AddressError(Exception):
    """An address cannot be served; the message says why, and what could be."""


class Place(NamedTuple):
    """Where a room is served.

    Attributes
    ----------
    host : str
        An address of this machine.
    port : int
        The number behind the colon.
    """

    host: str
    port: int = PORT

    def __str__(self) -> str:
        """Write it as it stands in a link."""
        return f"{self.host}:{self.port}"

    @property
    def is_open(self) -> bool:
        """Whether other machines can get there."""
        return self.host != HERE


class Network(NamedTuple):
    """A network that this machine is in.

    Attributes
    ----------
    name : str
        What the system calls the way to it, such as wlan0.
    address : str
        The machine's address in it.
    """

    name: str
    address: str

    def __str__(self) -> str:
        """Name both."""
        return f"{self.address} ({self.name})"


def networks() -> list[Network]:
    """Return the networks that this machine is in, those of rooms and homes first."""
    states = psutil.net_if_stats()
    found = [
        Network(name, each.address)
        for name, addresses in psutil.net_if_addrs().items()
        for each in addresses
        if each.family == socket.AF_INET and name in states and states[name].isup
    ]
    usable = [each for each in found if is_usable(each.address)]
    return sorted(usable, key=lambda each: not IPv4Address(each.address).is_private)


def is_usable(address: str) -> bool:
    """Whether others may find a machine under an address."""
    number = IPv4Address(address)
    return not number.is_loopback and not number.is_link_local


def place_of(given: str, there: Sequence[Network]) -> Place:
    """Read an address as it was given: "192.168.1.5", or "192.168.1.5:8001".

    Parameters
    ----------
    given : str
        The address.
    there : list of Network
        What this machine has.

    Raises
    ------
    AddressError
        If this machine has no such address, or there is no such port.
    """
    host, colon, port = given.strip().partition(":")
    if colon and not (port.isdecimal() and 0 < int(port) < 2**16):
        raise AddressError(
            f"ROOM_ADDRESS is {given}, with the port {port or 'left out'}. A port is a number from"
            f" 1 to 65535, such as {PORT}; or leave it out, with its colon."
        )
    host = HERE if host == "localhost" else host
    if host not in (HERE, *(each.address for each in there)):
        raise AddressError(
            f"ROOM_ADDRESS is {given}, which is no address of this machine. {choice(there)}"
        )
    return Place(host, int(port) if colon else PORT)


def choice(there: Sequence[Network]) -> str:
    """Say which addresses there are to choose from."""
    if not there:
        return "It is in no network: join the room's wireless network first, then try again."
    listed = ", or ".join(f"ROOM_ADDRESS={each.address} ({each.name})" for each in there)
    return f"Give {listed}."


def asked(there: Sequence[Network], ask: Callable[[str], str] = input) -> Place:
    """Ask on the terminal to whom the room is to be open.

    Parameters
    ----------
    there : list of Network
        What this machine has.
    ask : callable
        Shows a question, and returns what was typed.
    """
    if not there:
        print(f"The room is on this machine alone. {choice(there)}")
        return Place(HERE)
    print("This machine has these addresses:")
    for number, each in enumerate(there, start=1):
        print(f"  {number}  {each}")
    while typed := ask(OPEN).strip():
        if typed.isdecimal() and 0 < int(typed) <= len(there):
            return Place(there[int(typed) - 1].address)
        try:
            return place_of(typed, there)
        except AddressError:
            print(f"{typed} is none of them. Type a number from 1 to {len(there)}.")
    return Place(HERE)
