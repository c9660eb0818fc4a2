"""JupyterLab as `make lab` and `make edit` start it, on a copy of the lessons and exercises."""

from __future__ import annotations

import json
import os
import secrets
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from course_tools.files import MY_COURSE

ROOT = Path(__file__).resolve().parents[2]
COPIED = ("course_tools", "notebooks", "exercises", "solutions", "site/room")
RUN_LAB = "import sys; from course_tools import lab; sys.exit(lab.{verb}(sys.argv[1:]))"
TO_START = 120  # seconds, on a machine that is busy with something else, too
TO_STOP = 30


@dataclass(frozen=True)
class Lab:
    """A running JupyterLab.

    Parameters
    ----------
    url : str
        Where it answers, with a slash at the end.
    token : str
        What opens it.
    folder : Path
        Its root folder: a copy of the project, or a learner's own in that.
    """

    url: str
    token: str
    folder: Path

    def address(self, page: str) -> str:
        """Return the address of a page, with the token."""
        return f"{self.url}{page}?token={self.token}"

    def ask(self, method: str, path: str) -> Any:
        """Ask the server's own interface, and return what it answers."""
        request = urllib.request.Request(
            f"{self.url}api/{path}",
            method=method,
            headers={"Authorization": f"token {self.token}"},
        )
        with urllib.request.urlopen(request, timeout=60) as answer:
            return json.loads(answer.read() or "null")

    def stop_kernels(self) -> None:
        """End every kernel, so that the next lesson has the machine for itself."""
        for session in self.ask("GET", "sessions"):
            self.ask("DELETE", f"sessions/{session['id']}")


@contextmanager
def running_lab(folder: Path, *more: str, verb: str = "edit") -> Iterator[Lab]:
    """Start JupyterLab in a folder, and stop it at the end.

    The command is that of `make edit`, or with "main" that of `make lab`. It takes the folder that
    it stands in for the project, so it runs from a copy: what the learner of these tests changes
    is not what is committed. Only `lessons_lib` is the real one. Started again in the same folder,
    it finds what was left there.
    """
    project = folder / "project"
    if not project.exists():
        copy_project(project)
    shown = project / MY_COURSE if verb == "main" else project
    token = secrets.token_hex(16)
    log = folder / "server.log"
    with log.open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, "-c", RUN_LAB.format(verb=verb), *options(token), *more],
            cwd=project,
            env=environment(folder / "home"),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
        )
    try:
        url = wait_for_answer(process, folder / "home" / "runtime", token, log)
        yield Lab(url, token, shown)
    finally:
        stop(process)


def copy_project(target: Path) -> None:
    """Copy what the command of `make lab` needs, and the lessons."""
    for name in COPIED:
        shutil.copytree(
            ROOT / name,
            target / name,
            ignore=shutil.ignore_patterns("__pycache__", ".ipynb_checkpoints"),
        )


def options(token: str) -> list[str]:
    """Return what stands in LAB_ARGS."""
    return ["--log", "--no-browser", f"--port={free_port()}", f"--IdentityProvider.token={token}"]


def free_port() -> int:
    """Return a port that is free now. JupyterLab takes the next one if it is not free then."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port


def environment(home: Path) -> dict[str, str]:
    """Return this environment, without the settings of whoever runs the tests."""
    places = {
        "JUPYTER_CONFIG_DIR": "config",
        "JUPYTER_DATA_DIR": "data",
        "JUPYTER_RUNTIME_DIR": "runtime",
        "JUPYTERLAB_SETTINGS_DIR": "settings",
        "JUPYTERLAB_WORKSPACES_DIR": "workspaces",
        "IPYTHONDIR": "ipython",
        "COURSE_PROGRESS": "progress.jsonl",
    }
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("JUPYTER", "IPYTHON", "MPL", "PYTEST"))
    }
    return kept | {
        **{name: str(home / place) for name, place in places.items()},
        "PYTHONPATH": os.pathsep.join(filter(None, [str(ROOT), os.environ.get("PYTHONPATH")])),
    }


def wait_for_answer(process: subprocess.Popen[bytes], runtime: Path, token: str, log: Path) -> str:
    """Return the address, once the server answers there."""
    deadline = time.monotonic() + TO_START
    while time.monotonic() < deadline:
        if process.poll() is not None:
            raise RuntimeError(f"JupyterLab ended with status {process.returncode}.{tail(log)}")
        for file in runtime.glob("jpserver-*.json"):
            url = read_address(file)
            if url and answers(url, token):
                return url
        time.sleep(0.2)
    raise RuntimeError(f"JupyterLab did not answer within {TO_START} seconds.{tail(log)}")


def read_address(file: Path) -> str:
    """Return the address in the file that a server writes, empty while it is being written."""
    try:
        return str(json.loads(file.read_text("utf-8"))["url"])
    except ValueError:
        return ""


def answers(url: str, token: str) -> bool:
    """Say whether the server gives its status."""
    request = urllib.request.Request(
        f"{url}api/status", headers={"Authorization": f"token {token}"}
    )
    try:
        with urllib.request.urlopen(request, timeout=10):
            return True
    except (urllib.error.URLError, OSError):
        return False


def tail(log: Path) -> str:
    """Return the last lines of the server's log, as the end of a message."""
    lines = log.read_text("utf-8", errors="replace").splitlines()[-40:]
    return "\n".join([" Its log ends with:", *(f"  | {line}" for line in lines)])


def stop(process: subprocess.Popen[bytes]) -> None:
    """End the server as Ctrl-C twice does: it ends its kernels first."""
    process.terminate()
    try:
        process.wait(TO_STOP)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
