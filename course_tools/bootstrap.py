"""Make `.venv` right: the pinned set, the project itself, and a stamp that says so.

This runs before anything is installed, so it needs nothing but the standard library. The order
carries the safety: the stamp is removed first and written last, so a set-up that was stopped half
way has none, and the next one starts afresh.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import shutil
import subprocess
import sys
import textwrap
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Literal

from course_tools.verbs import Audience

Action = Literal["nothing", "update", "afresh"]
Stamp = Mapping[str, str]
Runner = Callable[[Sequence[str]], None]

LISTS: dict[Audience, str] = {
    "learners": "requirements.txt",
    "authors": "requirements-authors.txt",
}
BEAT = 20  # seconds between two signs of life
LEAST_FREE = 5_000_000  # bytes on a disk that counts as full

DISK_FULL = ("no space left", "disk quota exceeded", "not enough space")
NO_NETWORK = (
    "dns error",
    "name resolution",
    "name or service not known",
    "getaddrinfo failed",
    "failed to establish a new connection",
    "error sending request",
    "tcp connect error",
    "network is unreachable",
    "connection refused",
    "connection reset",
    "could not connect",
    "timed out",
    "no matching distribution found for uv",
)


class SetupError(Exception):
    """The set-up cannot go on; the message says why, and what to do."""


class CommandError(SetupError):
    """A command of the set-up failed.

    Parameters
    ----------
    output
        Everything the command printed.
    """

    def __init__(self, output: str) -> None:
        super().__init__(explain(output))
        self.output = output


def ensure(root: Path, audience: Audience, run: Runner | None = None) -> Path:
    """Return the Python of a `.venv` that is right, after setting it up where it is not.

    Parameters
    ----------
    root
        The folder of the project.
    audience
        Whose packages are needed. The authors' set contains the learners'.
    run
        Runs one command of the set-up and raises `CommandError` when it fails.

    Raises
    ------
    SetupError
        With a sentence for the person at the keyboard.
    """
    if needed(root, audience) != "nothing":
        with only_one(root / ".venv.lock"):
            set_up(root, audience, run or run_quietly)
    return python_of(root)


def set_up(root: Path, audience: Audience, run: Runner) -> None:
    """Bring `.venv` to the wanted state; the caller holds the lock."""
    action = needed(root, audience)
    if action == "nothing":  # another run finished it while this one waited
        return
    started = time.monotonic()
    announce(root, audience, action)
    stamp_file(root).unlink(missing_ok=True)
    if action == "afresh":
        make_venv(root, run)
    install(root, audience, run)
    write_stamp(root, describe(root, audience))
    say(f"Done in {time.monotonic() - started:.0f} s. The next start needs no set-up.")


# What there is, and what is wanted


def needed(root: Path, audience: Audience) -> Action:
    """Say what `.venv` needs before it serves this audience."""
    found = read_stamp(root)
    if not found or not python_of(root).exists():
        return "afresh"
    if found in (describe(root, audience), describe(root, "authors")):
        return "nothing"
    here = describe(root, audience)
    return "update" if all(found.get(k) == here[k] for k in ("python", "folder")) else "afresh"


def describe(root: Path, audience: Audience) -> Stamp:
    """Return everything that the installed set depends on."""
    return {
        "audience": audience,
        "list": fingerprint(root / LISTS[audience]),
        "project": fingerprint(root / "pyproject.toml"),
        "python": f"{version()} in {sys.base_prefix}",
        "folder": str(root.resolve()),
    }


def fingerprint(file: Path) -> str:
    """Return the SHA-256 of a file's content, whatever its line ends."""
    return hashlib.sha256(file.read_bytes().replace(b"\r\n", b"\n")).hexdigest()


def stamp_file(root: Path) -> Path:
    """Return where the stamp stands: inside `.venv`, so that the two vanish together."""
    return root / ".venv" / "course-stamp.json"


def read_stamp(root: Path) -> Stamp:
    """Return the stamp, empty when there is none that can be read."""
    try:
        found = json.loads(stamp_file(root).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def write_stamp(root: Path, stamp: Stamp) -> None:
    """Write the stamp whole or not at all."""
    target = stamp_file(root)
    draft = target.with_suffix(".draft")
    draft.write_text(json.dumps(stamp, indent=2) + "\n", encoding="utf-8")
    draft.replace(target)


# The steps


def make_venv(root: Path, run: Runner) -> None:
    """Make an empty `.venv` in the place of whatever stood there."""
    for module in ("venv", "ensurepip"):
        try:
            __import__(module)
        except ImportError:
            raise SetupError(venv_is_missing()) from None
    venv = root / ".venv"
    if venv.exists():
        try:
            shutil.rmtree(venv)
        except OSError as error:
            raise SetupError(cannot_write(root, error)) from None
    # Of a Python that itself runs in a .venv, perhaps this one, take the one beneath.
    run([getattr(sys, "_base_executable", sys.executable), "-I", "-m", "venv", str(venv)])


def install(root: Path, audience: Audience, run: Runner) -> None:
    """Install the pinned set with uv, or with pip where uv finds no way, then the project."""
    python = str(python_of(root))
    wanted = str(root / LISTS[audience])
    pip = [python, "-I", "-m", "pip", "--quiet", "install"]
    uv = [python, "-I", "-m", "uv", "--quiet", "pip", "install", "--python", python]
    run([*pip, "--no-deps", "--require-hashes", "-r", str(write_uv_list(root))])
    try:
        run([*uv, "--compile-bytecode", "--require-hashes", "-r", wanted])
        run([*uv, "--no-deps", "-e", str(root)])
    except CommandError as error:
        if is_disk_full(error.output):
            raise
        say("uv found no way; pip, which may know a mirror or proxy, tries too. It takes longer.")
        run([*pip, "--require-hashes", "-r", wanted])
        run([*pip, "--no-deps", "-e", str(root)])
    link_relatively(root)


def link_relatively(root: Path) -> None:
    """Lead from `.venv` to the project by a relative path, in letters that every encoding has.

    The installer writes the whole path in UTF-8. Python 3.11 and 3.12 read it in the encoding of
    the system's language, where a home folder with another letter than a to z becomes a folder
    that is not there.
    """
    for link in sorted((root / ".venv").glob("[lL]ib*/**/site-packages/descent_to_momentum.pth")):
        link.write_text(os.path.relpath(root, link.parent) + "\n", encoding="ascii")


def write_uv_list(root: Path) -> Path:
    """Write the pinned uv, with its hashes, as a list of its own and return its place."""
    file = root / ".venv" / "uv.txt"
    authors = (root / LISTS["authors"]).read_text(encoding="utf-8")
    file.write_text(block_of("uv", authors), encoding="utf-8")
    return file


def block_of(name: str, listing: str) -> str:
    """Return the lines of one package, hashes included, from a pinned list."""
    lines = iter(listing.splitlines())
    for line in lines:
        if line.startswith(f"{name}=="):
            block = [line]
            while block[-1].endswith("\\"):
                block.append(next(lines))
            return "\n".join(block) + "\n"
    raise SetupError(f"{LISTS['authors']} does not name {name}; `make locks` writes it anew.")


def python_of(root: Path) -> Path:
    """Return the place of the Python in `.venv`."""
    return root / ".venv" / ("Scripts/python.exe" if os.name == "nt" else "bin/python")


# Running commands


def run_quietly(command: Sequence[str]) -> None:
    """Run a command, showing a sign of life now and then, and its words only if it fails."""
    started = time.monotonic()
    process = subprocess.Popen(
        command,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
        env=clean_environment() | one_language(__file__),
        close_fds=False,  # hands on the lock: it holds for as long as any part of a set-up lives
    )
    try:
        output = wait_for(process, started)
    finally:
        if process.poll() is None:
            process.terminate()
            process.wait()
    if process.returncode != 0:
        # Some commands hide the words of those that they run in turn; the disk itself does not.
        full = shutil.disk_usage(Path(__file__).parent).free < LEAST_FREE
        raise CommandError(output + "No space left on the disk\n" * full)


def wait_for(process: subprocess.Popen[str], started: float) -> str:
    """Return what the process printed, once it has ended."""
    while True:
        try:
            return process.communicate(timeout=BEAT)[0]
        except subprocess.TimeoutExpired:
            say(f"  still installing ({time.monotonic() - started:.0f} s) ...")


def clean_environment() -> dict[str, str]:
    """Return the environment without what would send packages, or imports, to another place."""
    misleading = {"PIP_USER", "PIP_TARGET", "PIP_PREFIX", "PIP_REQUIRE_VIRTUALENV", "UV_TARGET"}
    misleading |= {"PYTHONPATH", "PYTHONHOME", "PYTHONSTARTUP", "PYTHONSAFEPATH"}
    return {name: value for name, value in os.environ.items() if name not in misleading}


def one_language(path: str) -> dict[str, str]:
    """Return what makes commands speak English and take paths for UTF-8, where this path is that.

    uv takes every path for UTF-8, and would install elsewhere where Python takes it for something
    else. A path that is not UTF-8 it refuses; venv and pip read it in the system's language.
    """
    try:
        os.fsencode(path).decode("utf-8")
    except UnicodeDecodeError:
        return {}
    return {"LC_ALL": "C.UTF-8"}


@contextlib.contextmanager
def only_one(file: Path) -> Iterator[None]:
    """Hold a lock that the system lets go of when its last holder ends, however it ends."""
    try:
        descriptor = os.open(file, os.O_RDWR | os.O_CREAT, 0o666)
    except OSError as error:
        raise SetupError(cannot_write(file.parent, error)) from None
    try:
        if not try_lock(descriptor):
            say("Another set-up of this folder is running; waiting until it is done.")
            while not try_lock(descriptor):
                time.sleep(0.5)
        os.set_inheritable(descriptor, True)
        yield
    finally:
        os.close(descriptor)


def try_lock(descriptor: int) -> bool:
    """Take the lock if nobody holds it. A file system without locks grants every wish."""
    try:
        if sys.platform == "win32":
            import msvcrt

            msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
        else:
            import fcntl

            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except (BlockingIOError, PermissionError):
        return False
    except OSError:
        return True
    return True


# What the person at the keyboard reads


def say(text: str) -> None:
    """Print a line at once, apart from what a command prints."""
    print(text, file=sys.stderr, flush=True)


def announce(root: Path, audience: Audience, action: Action) -> None:
    """Say what begins and how long it takes."""
    if action == "update":
        say(f"The list of packages has changed: updating .venv for {audience} ...")
        return
    if (root / ".venv").exists():
        say("There is a .venv here that fits no finished set-up of this folder: starting afresh.")
    say(
        f"Setting up .venv for {audience} with Python {version()}. The first time takes about half "
        "a minute, or as long as your network needs for 100 MB ..."
    )


def version() -> str:
    """Return the version of the running Python, as in 3.11.7."""
    return ".".join(map(str, sys.version_info[:3]))


def is_disk_full(output: str) -> bool:
    """Say whether a command failed because the disk is full."""
    return any(sign in output.lower() for sign in DISK_FULL)


def explain(output: str) -> str:
    """Return what a failed command said last, and a sentence on what to do about it."""
    lines = [line for line in output.strip().splitlines() if not line.startswith("WARNING: ")]
    tail = "".join(f"  | {textwrap.shorten(line, 200)}\n" for line in lines[-5:])
    if is_disk_full(output):
        advice = "The disk is full: free about 1 GB, then run the same command again."
    elif any(sign in output.lower() for sign in NO_NETWORK):
        advice = (
            "The packages could not be fetched: check the network (or the proxy settings of pip), "
            "then run the same command again."
        )
    elif "hash" in output.lower():
        advice = (
            "A fetched package is not the one on the list, so it was refused: run the same command "
            "again, and if this stays, ask whoever runs your package mirror."
        )
    else:
        advice = "The set-up stopped at the error above; run the same command again to retry."
    return tail + advice


def cannot_write(folder: Path, error: OSError) -> str:
    """Return what to do where this folder, or what stands in it, belongs to somebody else."""
    return (
        f"{folder} cannot be written ({error.strerror}: {error.filename}). It may belong to"
        " somebody else, or be read-only: copy the course to a folder of your own, and start there."
    )


def venv_is_missing() -> str:
    """Return what to do where Python comes without venv, as on Debian and Ubuntu."""
    minor = f"3.{sys.version_info[1]}"
    return (
        f"This Python ({sys.executable}) comes without venv; on Debian or Ubuntu "
        f"`sudo apt install python{minor}-venv` adds it, then run the same command again."
    )
