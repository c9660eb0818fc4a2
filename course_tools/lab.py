"""Open JupyterLab: on a learner's own copy of the course, or on the originals for authors."""

from __future__ import annotations

import contextlib
import json
import os
import re
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
import webbrowser
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import FrameType
from typing import Any, NoReturn

from jupyter_core.paths import jupyter_runtime_dir

from course_tools.bootstrap import SetupError, clean_environment
from course_tools.desk import ROOM, START_PAGE
from course_tools.desk.update import update
from course_tools.files import MY_COURSE, ROOT

SHOW_LOG = "--log"
"""An option of ours: JupyterLab's log goes to the terminal."""

IN_ROOM = "--room="
"""An option of ours: the address of a room, where exercises are handed in."""

ADDRESS = re.compile(r"https?://[\w.:\[\]-]+")
"""What such an address looks like."""

LOG = ".jupyter.log"
"""Where it goes otherwise, in the folder that is open."""

WORKSPACES = ".jupyter"
"""Where JupyterLab keeps, in that folder, how its windows were arranged."""

AT_FIRST = {
    "data": {"layout-restorer:data": {"left": {"collapsed": True, "visible": True}}},
    "metadata": {"id": "default"},
}
"""How they are arranged at first: the list of files is folded, and gives its room to the lesson."""

NO_BROWSER = "--no-browser"
BEAT = 0.1  # seconds between two looks whether the server answers
TO_STOP = 10  # seconds until a server that does not end is killed


@dataclass(frozen=True)
class Server:
    """A JupyterLab that runs.

    Parameters
    ----------
    url : str
        Where it answers, with a slash at the end.
    token : str
        What opens it.
    folder : Path
        What it shows.
    """

    url: str
    token: str
    folder: Path

    @property
    def address(self) -> str:
        """What a browser opens: the start page."""
        return f"{self.url}lab/tree/{START_PAGE}?token={self.token}"

    def answers(self) -> bool:
        """Whether it is there: a server that was killed leaves its entry behind."""
        try:
            with urllib.request.urlopen(f"{self.url}api", timeout=5) as answer:
                return "version" in json.load(answer)
        except (OSError, ValueError):
            return False


def main(arguments: Sequence[str]) -> int:
    """Bring the learner's copy of the course up to date, and open it."""
    folder, options = ROOT / MY_COURSE, enter_room(arguments)
    print(update(ROOT, folder), flush=True)
    return open_lab(folder, options)


def enter_room(arguments: Sequence[str]) -> list[str]:
    """Tell JupyterLab, which is to be started, where the room is; return the other options.

    Raises
    ------
    SetupError
        If that is no address.
    """
    given = [option.removeprefix(IN_ROOM) for option in arguments if option.startswith(IN_ROOM)]
    for address in given:
        if not ADDRESS.fullmatch(address.rstrip("/")):
            raise SetupError(
                f"ROOM={address} is no address of a room. It is what stands on the wall, with http"
                " in front and no path behind: make lab ROOM=http://192.168.1.20:8000"
            )
        os.environ[ROOM] = address.rstrip("/")
    return [option for option in arguments if not option.startswith(IN_ROOM)]


def edit(arguments: Sequence[str]) -> int:
    """Open the course's own notebooks, for those who change them."""
    return open_lab(ROOT, arguments)


def open_lab(folder: Path, arguments: Sequence[str]) -> int:
    """Open JupyterLab on the start page of a folder, and stay until it is stopped.

    Parameters
    ----------
    folder : Path
        What it shows: a learner's copy, or the course.
    arguments : sequence of str
        JupyterLab's options, and ours.
    """
    find_a_home(folder)
    running = next(servers(folder), None)
    if running:
        print(f"The course is open already: {running.address}", flush=True)
        if ROOM in os.environ:
            print("If its exercises have no button to hand in, stop it, and try again.", flush=True)
        if NO_BROWSER not in arguments:
            webbrowser.open(running.address)
        return 0
    begin_without_sidebar(folder)
    log = folder / LOG
    options = [option for option in arguments if option != SHOW_LOG]
    with contextlib.nullcontext() if len(options) < len(arguments) else log.open("wb") as output:
        process = subprocess.Popen(
            [*command(folder), *options],
            stdin=subprocess.DEVNULL,  # without it, a server that is stopped asks whether to
            stdout=output,
            stderr=output,
            env=environment(folder),
            start_new_session=True,  # Ctrl-C is for this process, which then stops the server
        )
    print("JupyterLab starts ...", flush=True)
    with stopping(process):
        if not began(process, folder):
            if output:
                sys.stdout.write(log.read_text(encoding="utf-8", errors="replace"))
            return process.returncode
        print("Ctrl-C here stops it. What you save stays.", flush=True)
        return process.wait()


def command(folder: Path) -> list[str]:
    """Return what starts JupyterLab, before the options that somebody asks for."""
    words = [
        sys.executable,
        "-m",
        "course_tools.jupyter.server",
        f"--ServerApp.root_dir={folder}",
        f"--LabApp.default_url=/lab/tree/{START_PAGE}",
    ]
    if os.name != "nt" and os.geteuid() == 0:
        words.append("--allow-root")  # in a container, where root is all there is
    return words


def environment(folder: Path) -> dict[str, str]:
    """Return the environment for JupyterLab and its kernels.

    It keeps in the folder that it shows how its windows were arranged, apart from those of other
    projects.

    The settings in `course_tools/jupyter` keep it from asking the network for anything. They are
    added to the learner's own, and come before them. What would give the lessons another kernel or
    another numpy than the course's is left out.
    """
    kept = clean_environment()
    kept.pop("JUPYTER_PATH", None)
    places = [str(ROOT / "course_tools" / "jupyter"), kept.get("JUPYTER_CONFIG_PATH", "")]
    return kept | {
        "JUPYTERLAB_WORKSPACES_DIR": str(folder / WORKSPACES),
        "JUPYTER_CONFIG_PATH": os.pathsep.join(filter(None, places)),
        "JUPYTER_PREFER_ENV_PATH": "1",
        "PYTHONNOUSERSITE": "1",
    }


def find_a_home(folder: Path) -> None:
    """Where the home folder cannot be written, keep there what Jupyter and IPython keep in it."""
    if os.access(Path.home(), os.W_OK):
        return
    home = folder / WORKSPACES / "home"
    home.mkdir(parents=True, exist_ok=True)
    print(f"Your home folder cannot be written. Settings are kept in {home}.", flush=True)
    os.environ["HOME"] = str(home)


def begin_without_sidebar(folder: Path) -> None:
    """Arrange JupyterLab's windows, if nobody has done so yet."""
    place = folder / WORKSPACES
    if any(place.glob("*.jupyterlab-workspace")):
        return
    from jupyterlab_server.workspaces_handler import WorkspacesManager  # late: it takes a while

    WorkspacesManager(str(place)).save("default", json.dumps(AT_FIRST))


# --- Servers that run -----------------------------------------------------------------------------


def servers(folder: Path) -> Iterator[Server]:
    """Give the servers that show a folder and answer."""
    for entry in Path(jupyter_runtime_dir()).glob("jpserver-*.json"):
        server = read_entry(entry)
        if server and server.folder == folder.resolve() and server.answers():
            yield server


def read_entry(entry: Path) -> Server | None:
    """Read what a server has written of itself; nothing if it is not there, or not whole yet."""
    try:
        found: Any = json.loads(entry.read_text(encoding="utf-8"))
        folder = Path(found["root_dir"]).resolve()
        return Server(str(found["url"]), str(found["token"]), folder)
    except (OSError, ValueError, KeyError, TypeError):
        return None


def began(process: subprocess.Popen[bytes], folder: Path) -> bool:
    """Wait until the server answers, and say where; False if it has ended instead."""
    while process.poll() is None:
        if server := next(servers(folder), None):
            print(f"The course is open: {server.address}", flush=True)
            return True
        time.sleep(BEAT)
    return False


@contextlib.contextmanager
def stopping(process: subprocess.Popen[bytes]) -> Iterator[None]:
    """Stop the server when this process is interrupted, told to end, or loses its terminal."""
    names = [name for name in ("SIGTERM", "SIGHUP") if hasattr(signal, name)]
    before = {name: signal.signal(getattr(signal, name), interrupted) for name in names}
    try:
        yield
    except KeyboardInterrupt:
        print("\nStopped.", flush=True)
        raise SystemExit(0) from None
    finally:
        if process.poll() is None:
            process.terminate()
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(TO_STOP)
            process.kill()
            process.wait()
        for name, handler in before.items():
            signal.signal(getattr(signal, name), handler)


def interrupted(signum: int, frame: FrameType | None) -> NoReturn:
    """Take any of these signals like Ctrl-C."""
    raise KeyboardInterrupt
