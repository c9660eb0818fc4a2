"""The network: an address that others find, a port that is free, a certificate that is right."""

from __future__ import annotations

import errno
import ssl
from contextlib import suppress
from pathlib import Path

import psutil

from course_tools.room.addresses import Network, Place, choice
from course_tools.room.checking.findings import Finding
from course_tools.room.serving import listen


def address(place: Place, there: list[Network]) -> Finding:
    """Look whether other machines can find this one."""
    if place.is_open:
        name = next((each.name for each in there if each.address == place.host), "its name")
        return Finding("address", f"http://{place}, by {name}.")
    return Finding(
        "address",
        "The room is on this machine alone: nobody else will find it.",
        f"{choice(there)} In full: `make check-room ROOM_ADDRESS=…`",
    )


def port(place: Place) -> Finding:
    """Look whether nobody else answers at the room's port."""
    try:
        listen(*place).close()
    except OSError as error:
        return unusable(place, error)
    return Finding("port", f"{place.port} is free.")


def unusable(place: Place, error: OSError) -> Finding:
    """Say why a port cannot be had, and which one to try."""
    if error.errno in (errno.EACCES, errno.EPERM):
        said = f"{place.port} may be opened by administrators alone."
        return Finding("port", said, f"Choose one above 1023: ROOM_ADDRESS={place.host}:8000")
    if error.errno != errno.EADDRINUSE:
        said = f"{place} cannot be served: {error.strerror}."
        return Finding("port", said, "Look at this machine's addresses, and give ROOM_ADDRESS anew")
    other = f"ROOM_ADDRESS={place.host}:{place.port + 1}"
    return Finding(
        "port",
        f"{place.port} is taken{taken_by(place.port)}.",
        f"End that, with Ctrl-C if it is a room; or choose another port: {other}",
    )


def taken_by(number: int) -> str:
    """Say which program listens at a port, where the system tells."""
    with suppress(psutil.Error, OSError):
        for each in psutil.net_connections("tcp"):
            if each.laddr and each.laddr.port == number and each.status == psutil.CONN_LISTEN:
                with suppress(psutil.Error):
                    return f" by {psutil.Process(each.pid).name()} (process {each.pid})"
    return ""


def certificate(cert: Path, key: Path) -> Finding:
    """Look whether a certificate and its key belong together, and whether it holds today.

    Parameters
    ----------
    cert, key : Path
        The files that CERT and KEY name.
    """
    mend = "Give the two files of one certificate, in PEM form: CERT=… KEY=…"
    if lost := [str(path) for path in (cert, key) if not path.is_file()]:
        return Finding("certificate", f"There is no {' and no '.join(lost)}.", mend)
    try:
        server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        server.load_cert_chain(cert, key)
        greet(server, cert)
    except ssl.SSLCertVerificationError as error:
        said = f"{cert} is refused: {error.verify_message}."
        return Finding("certificate", said, "Have it renewed, or leave CERT and KEY out.")
    except (OSError, ValueError) as error:  # among them that they do not fit
        reason = getattr(error, "reason", None) or str(error)
        return Finding("certificate", f"{cert} and {key} cannot be used: {reason}.", mend)
    return Finding("certificate", f"{cert} holds today.")


def greet(server: ssl.SSLContext, cert: Path) -> None:
    """Open a connection in memory that trusts this certificate alone; dates are held there.

    Raises
    ------
    SSLCertVerificationError
        If it does not hold.
    """
    client = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    client.check_hostname = False
    client.verify_flags |= ssl.VERIFY_X509_PARTIAL_CHAIN
    client.load_verify_locations(cert)
    to_server, to_client = ssl.MemoryBIO(), ssl.MemoryBIO()
    ends = [
        client.wrap_bio(to_client, to_server),
        server.wrap_bio(to_server, to_client, server_side=True),
    ]
    for _ in range(4):
        for end in ends:
            with suppress(ssl.SSLWantReadError):
                end.do_handshake()
