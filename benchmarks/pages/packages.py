"""What a page asks of the servers that hand out npm's packages, taken from these very packages.

Which package, version and file it is, the path of the address says. There are two forms of it:
``/ajax/libs/NAME/VERSION/FILE``, and ``/NAME@VERSION/FILE``, with or without ``/npm`` in front.
"""

from __future__ import annotations

import gzip
import json
import re
import shutil
import subprocess
import tarfile
import tempfile
import threading
from pathlib import Path

LIBRARY = re.compile(r"/ajax/libs/(?P<name>[^/@]+)/(?P<version>[^/]+)/(?P<file>.+)")
PACKAGE = re.compile(r"(?:/npm)?/(?P<name>(?:@[^/@]+/)?[^/@]+)@(?P<version>[^/]+)/(?P<file>.+)")
REQUIRE = "require.js"  # this library's package has another name, and holds no minified file
PACKAGE_OF_REQUIRE = "requirejs"
NPM_MISSING = (
    "npm is missing. It comes with Node.js: on Debian or Ubuntu `sudo apt install npm` adds both."
)


class Packages:
    """Packages of npm, each fetched when it is asked for the first time.

    Parameters
    ----------
    folder : Path
        Where they are kept.

    Raises
    ------
    FileNotFoundError
        If npm is missing.
    """

    def __init__(self, folder: Path) -> None:
        if shutil.which("npm") is None:
            raise FileNotFoundError(NPM_MISSING)
        self.folder = folder
        self._archives: dict[str, tarfile.TarFile] = {}
        self._one_at_a_time = threading.Lock()

    def read(self, path: str) -> bytes | None:
        """Return what an address with this path has, or nothing if it is no file of a package."""
        asked = LIBRARY.fullmatch(path) or PACKAGE.fullmatch(path)
        if asked is None:
            return None
        name, version, file = asked["name"], asked["version"], asked["file"]
        with self._one_at_a_time:
            if name != REQUIRE:
                return member(self._archive(f"{name}@{version}"), file)
            archive = self._archive(f"{PACKAGE_OF_REQUIRE}@{version}")
            return minified(archive) if file.endswith(".min.js") else member(archive, file)

    def versions(self) -> dict[str, str]:
        """Return which packages were asked for, each with its version."""
        manifests = (member(each, "package.json") for each in self._archives.values())
        told = [json.loads(each) for each in manifests if each]
        return {each["name"]: each["version"] for each in told}

    def _archive(self, wanted: str) -> tarfile.TarFile:
        if wanted not in self._archives:
            self._archives[wanted] = npm_pack(wanted, self.folder)
        return self._archives[wanted]


def npm_pack(wanted: str, folder: Path) -> tarfile.TarFile:
    """Fetch a package with npm into a folder, and open it.

    It is kept unpacked in one file: some packages have tens of thousands, of which few are read.

    Raises
    ------
    RuntimeError
        If npm can't: its message says why.
    """
    command = ["npm", "pack", wanted, "--silent", "--prefer-offline"]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(f"npm could not fetch {wanted}: {(done.stderr or done.stdout)[-500:]}")
    packed = folder / done.stdout.split()[-1]
    unpacked = packed.with_suffix(".tar")
    with gzip.open(packed) as source, unpacked.open("wb") as target:
        shutil.copyfileobj(source, target)
    return tarfile.open(unpacked)


def member(archive: tarfile.TarFile, file: str) -> bytes | None:
    """Return a file of a package, or nothing if there is none of this name."""
    try:
        found = archive.extractfile(f"package/{file}")
    except KeyError:
        return None
    return found.read() if found else None


def minified(archive: tarfile.TarFile) -> bytes:
    """Return require.js as the tool in its own package makes it small."""
    with tempfile.TemporaryDirectory() as folder:
        archive.extractall(folder, filter="data")
        options = ["baseUrl=.", "paths.lib=require", "name=lib", "skipModuleInsertion=true"]
        command = ["node", "bin/r.js", "-o", *options, "optimize=uglify", "out=small.js"]
        root = Path(folder) / "package"
        subprocess.run(command, cwd=root, capture_output=True, check=True)
        return (root / "small.js").read_bytes()
