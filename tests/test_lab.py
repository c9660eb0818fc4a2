"""The command that opens JupyterLab: which kernel it gives, what it finds running, how it ends."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from importlib import import_module
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path
from types import ModuleType, SimpleNamespace

import pytest

from course_tools import lab
from course_tools.bootstrap import SetupError
from course_tools.desk import ROOM, START_PAGE
from course_tools.jupyter import server


class Answer(BaseHTTPRequestHandler):
    """What Jupyter's server says to whoever asks for its version."""

    def do_GET(self) -> None:
        self.send_response(200)
        self.end_headers()
        self.wfile.write(b'{"version": "2"}')

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture
def url() -> Iterator[str]:
    """A server that answers like Jupyter's."""
    with HTTPServer(("127.0.0.1", 0), Answer) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()


@pytest.fixture
def runtime(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where servers write that they run."""
    monkeypatch.setenv("JUPYTER_RUNTIME_DIR", str(tmp_path / "runtime"))
    (tmp_path / "runtime").mkdir()
    return tmp_path / "runtime"


def enter(runtime: Path, number: int, **entry: object) -> None:
    """Write what a server writes of itself."""
    (runtime / f"jpserver-{number}.json").write_text(json.dumps(entry), encoding="utf-8")


def test_a_running_server_is_found_and_named(
    url: str, runtime: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    enter(runtime, 1, url=url, token="secret", root_dir=str(tmp_path))
    assert lab.open_lab(tmp_path, ["--no-browser"]) == 0
    assert f"open already: {url}lab/tree/{START_PAGE}?token=secret" in capsys.readouterr().out


def test_servers_that_are_gone_or_show_something_else_do_not_count(
    url: str, runtime: Path, tmp_path: Path
):
    enter(runtime, 1, url="http://127.0.0.1:9/", token="secret", root_dir=str(tmp_path))
    enter(runtime, 2, url=url, token="secret", root_dir=str(runtime))
    enter(runtime, 3, url=url)
    (runtime / "jpserver-4.json").write_text("{", encoding="utf-8")
    assert list(lab.servers(tmp_path)) == []


@pytest.mark.kernel
def test_the_lessons_get_our_kernel_and_no_other(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    other = {"argv": ["/nowhere/python"], "display_name": "Other", "language": "python"}
    for place in ("path", "home/.local/share/jupyter"):
        folder = tmp_path / place / "kernels" / "python3"
        folder.mkdir(parents=True)
        (folder / "kernel.json").write_text(json.dumps(other), encoding="utf-8")
    (tmp_path / "stale" / "lessons_lib").mkdir(parents=True)
    (tmp_path / "stale" / "lessons_lib" / "__init__.py").write_text("raise ImportError")
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.setenv("JUPYTER_PATH", str(tmp_path / "path"))
    monkeypatch.setenv("PYTHONPATH", str(tmp_path / "stale"))
    listing = "from jupyter_client.kernelspec import get_kernel_spec; "
    listing += "print(get_kernel_spec('python3').display_name); import lessons_lib"
    said = {}
    for name, environment in (("ours", lab.environment(tmp_path)), ("theirs", dict(os.environ))):
        done = subprocess.run(
            [sys.executable, "-c", listing],
            cwd=tmp_path,
            env=environment,
            capture_output=True,
            text=True,
        )
        said[name] = done.stdout + done.stderr
    assert said["ours"] == "Python 3 (ipykernel)\n"
    assert said["theirs"].startswith("Other\n")
    assert "ImportError" in said["theirs"]


def test_without_a_home_settings_are_kept_with_the_course(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    monkeypatch.setenv("HOME", str(tmp_path))
    lab.find_a_home(tmp_path / "mine")
    assert not capsys.readouterr().out
    monkeypatch.setenv("HOME", str(tmp_path / "nowhere"))
    lab.find_a_home(tmp_path / "mine")
    assert "cannot be written" in capsys.readouterr().out
    assert Path.home().is_dir()
    assert (tmp_path / "mine") in Path.home().parents


def test_a_server_that_ends_at_once_says_why(
    tmp_path: Path, runtime: Path, monkeypatch: pytest.MonkeyPatch, capsys
):
    failing = [sys.executable, "-c", "import sys; print('no port', *sys.argv[1:]); sys.exit(3)"]
    monkeypatch.setattr(lab, "command", lambda folder: failing)
    assert lab.open_lab(tmp_path, ["--no-browser", "--port=9999"]) == 3
    assert "no port --no-browser --port=9999" in capsys.readouterr().out


WAITING = """
import json, os, sys, time
from pathlib import Path
entry = {"url": sys.argv[1], "token": "t", "root_dir": sys.argv[2]}
Path(os.environ["JUPYTER_RUNTIME_DIR"], "jpserver-7.json").write_text(json.dumps(entry))
time.sleep(600)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="sends a signal as Unix does")
def test_ctrl_c_once_ends_the_server(
    url: str, tmp_path: Path, runtime: Path, monkeypatch: pytest.MonkeyPatch
):
    before = signal.getsignal(signal.SIGTERM)
    words = [sys.executable, "-c", WAITING, url, str(tmp_path)]
    started = []
    real = subprocess.Popen

    def popen(command, **options):
        started.append(real(command, **options))
        return started[0]

    def interrupt(said: str, **_: object) -> None:
        if "Ctrl-C" in said:
            raise KeyboardInterrupt

    monkeypatch.setattr(lab, "command", lambda folder: words)
    monkeypatch.setattr(lab.subprocess, "Popen", popen)
    monkeypatch.setattr("builtins.print", interrupt)
    with pytest.raises(SystemExit) as ended:
        lab.open_lab(tmp_path, ["--no-browser"])
    assert ended.value.code == 0
    assert started[0].poll() is not None
    assert signal.getsignal(signal.SIGTERM) is before


def test_jupyterlab_asks_nobody_on_the_network(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    labapp = pytest.importorskip("jupyterlab.labapp")
    monkeypatch.setenv("JUPYTER_CONFIG_PATH", "mine")
    ours, theirs = lab.environment(tmp_path)["JUPYTER_CONFIG_PATH"].split(os.pathsep)
    assert theirs == "mine"
    settings = json.loads((Path(ours) / "jupyter_lab_config.json").read_text())["LabApp"]
    assert settings["news_url"] is None
    assert set(settings) <= set(labapp.LabApp.class_trait_names(config=True))

    schemas = Path(sys.prefix, "share/jupyter/lab/schemas")
    overrides = json.loads((Path(ours) / "labconfig/default_setting_overrides.json").read_text())
    for plugin, values in overrides.items():
        package, name = plugin.split(":")
        schema = json.loads((schemas / package / f"{name}.json").read_text())
        assert set(values) <= set(schema["properties"])


@pytest.mark.kernel
def test_without_us_jupyterlab_would_load_the_grammar_still():
    loaded = f"import sys, jupyterlab.labapp; print({server.NEVER_USED!r} in sys.modules)"
    said = subprocess.run([sys.executable, "-c", loaded], capture_output=True, text=True).stdout
    assert said == "True\n", (
        f"JupyterLab has stopped loading {server.NEVER_USED}: start it by `-m jupyterlab` in"
        " `lab.command` again, and take course_tools/jupyter/server.py away."
    )


@pytest.mark.kernel
def test_the_server_starts_without_the_grammar(tmp_path: Path):
    done = subprocess.run(
        [*lab.command(tmp_path), "--version"],
        env=lab.environment(tmp_path),
        capture_output=True,
        text=True,
    )
    assert done.stdout.strip() == version("jupyterlab")


def test_to_the_server_the_grammar_is_not_installed(monkeypatch: pytest.MonkeyPatch):
    def main() -> None:
        with pytest.raises(ImportError):
            import_module(server.NEVER_USED)
        raise SystemExit(3)

    monkeypatch.setitem(sys.modules, server.NEVER_USED, ModuleType(server.NEVER_USED))
    monkeypatch.setitem(sys.modules, "jupyterlab.labapp", SimpleNamespace(main=main))
    with pytest.raises(SystemExit, match="3"):
        server.main()


NAMES_ADDRESS = re.compile(r"format\W+iri\b")
"""What needs the grammar, in a schema in JSON or YAML."""


def test_no_schema_of_the_server_needs_the_grammar():
    assert NAMES_ADDRESS.search('"format": "iri-reference"')
    assert NAMES_ADDRESS.search("format: iri")
    packages = [find_spec(name) for name in ("jupyter_server", "jupyter_events", "nbformat")]
    places = [Path(package.origin).parent for package in packages if package and package.origin]
    places.append(Path(sys.prefix, "share/jupyter/lab/schemas"))
    files = [
        path for place in places for kind in ("json", "yaml") for path in place.rglob(f"*.{kind}")
    ]
    assert len(files) > 50
    assert [path for path in files if NAMES_ADDRESS.search(path.read_text(encoding="utf-8"))] == []


def test_windows_begin_without_the_list_of_files_and_stay_as_they_were_left(tmp_path: Path):
    lab.begin_without_sidebar(tmp_path)
    (kept,) = (tmp_path / lab.WORKSPACES).iterdir()
    assert json.loads(kept.read_text(encoding="utf-8")) == lab.AT_FIRST
    kept.write_text("{}", encoding="utf-8")
    lab.begin_without_sidebar(tmp_path)
    assert kept.read_text(encoding="utf-8") == "{}"


# --- In a room ----------------------------------------------------------------------------------


@pytest.fixture
def without_a_room(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody has said where a room is, and whatever a test says is forgotten."""
    monkeypatch.setenv(ROOM, "")
    monkeypatch.delenv(ROOM)


@pytest.mark.usefixtures("without_a_room")
@pytest.mark.parametrize(
    "address", ["http://192.168.1.20:8000", "https://room.test", "http://[fe80::1]:8000/"]
)
def test_jupyterlab_learns_where_the_room_is(address: str, tmp_path: Path):
    assert lab.enter_room([f"--room={address}", "--no-browser"]) == ["--no-browser"]
    assert lab.environment(tmp_path)[ROOM] == address.rstrip("/")


@pytest.mark.usefixtures("without_a_room")
def test_without_a_room_jupyterlab_hears_of_none(tmp_path: Path):
    assert lab.enter_room(["--no-browser"]) == ["--no-browser"]
    assert ROOM not in lab.environment(tmp_path)


@pytest.mark.usefixtures("without_a_room")
@pytest.mark.parametrize(
    "address", ["", "192.168.1.20:8000", "ftp://room.test", "http://room.test/room/", "http://a b"]
)
def test_what_is_no_address_of_a_room_is_named(address: str):
    with pytest.raises(SetupError, match=rf"ROOM={re.escape(address)} is no address of a room"):
        lab.enter_room([f"--room={address}"])
    assert ROOM not in os.environ


def test_a_running_server_may_know_nothing_of_the_room(
    url: str,
    runtime: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
):
    enter(runtime, 1, url=url, token="secret", root_dir=str(tmp_path))
    monkeypatch.setenv(ROOM, "http://room.test")
    assert lab.open_lab(tmp_path, ["--no-browser"]) == 0
    assert "stop it, and try again" in capsys.readouterr().out
