"""Build the site beside the old one, check it, and put it in its place when it is whole."""

from __future__ import annotations

import contextlib
import hashlib
import importlib.util
import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from course_tools.bootstrap import try_lock
from course_tools.files import ROOT, show
from course_tools.site import inventory, mathematics, policy
from course_tools.site.check import problems
from course_tools.site.pages import Site, site_of
from course_tools.site.prepare import prepare
from course_tools.site.settings import HERE, read_settings

BUILT = HERE / "_build"
"""Where the site stands when it is whole."""

CACHE = ROOT / ".site-cache"
STAMP = ".stamp"
"""The file in a built site that says of which sources it was built."""

SOURCES = (
    "notebooks/*.ipynb",
    "exercises/*/*.ipynb",
    "solutions/*/*.ipynb",
    "instructors/*.md",
    "docs/*",
    "lessons_lib/**/*",
    "course_tools/**/*",
    "site/*",
    "site/[!_n]*/**/*",
)
"""What a built site depends on. Neither the site itself nor what npm has fetched is in it."""

MOST = 20
"""So many problems are listed."""

AT_ONCE = str(min(os.cpu_count() or 1, 4))


class BuildError(Exception):
    """The site cannot be built. The message says why."""


def build(*, lite: bool = False) -> Path:
    """Build the site afresh, and return its first page."""
    with only_one():
        return build_alone(lite)


def build_if_needed(*, lite: bool = False) -> Path:
    """Build the site if there is none, or an old or broken one, and return its first page."""
    with only_one():
        needed = any(missing(lite=lite))
        return build_alone(lite) if needed else BUILT / "index.html"


def missing(*, lite: bool) -> Iterator[str]:
    """Say why the site has to be built: a sentence for each reason.

    Parameters
    ----------
    lite : bool
        Whether it has to have a JupyterLab that runs in the browser.
    """
    stamp = BUILT / STAMP
    if not stamp.is_file():
        yield f"There is no site in {show(BUILT)}."
        return
    if stamp.read_text(encoding="utf-8") != fingerprint():
        yield f"The site in {show(BUILT)} is older than what it is made of."
    if lite and not (BUILT / "lite" / "index.html").is_file():
        yield f"The site in {show(BUILT)} has no JupyterLab that runs in the browser."
    yield from inventory.problems(BUILT)


def build_alone(lite: bool) -> Path:
    """Build the site; the caller holds the lock."""
    fetch(mathematics.PACKAGE)
    CACHE.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(dir=CACHE, prefix="site-") as folder:
        work, said = Path(folder), fingerprint()
        site = site_of(read_settings())
        with step(f"Copying {len(site.pages)} pages"):
            prepare(site, work / "source")
            mathematics.copy_letters(work / "static")
        with step("Packing the explorers"):
            publish(work / "static", site)
        with step("Writing the pages"):
            run_sphinx(work, lite=lite)
            policy.allow_inline_scripts(work / "html")
            copy_exercises(site, work / "html")
        with step("Checking links, pictures, formulas and weight"):
            refuse(problems(work / "html", with_repository=bool(site.repository)))
        if lite:
            with step("Adding JupyterLab"):
                add_lite(work / "html", site)
        inventory.write(work / "html")
        (work / "html" / STAMP).write_text(said, encoding="utf-8")
        put_in_place(work / "html", work / "old")
    return BUILT / "index.html"


def publish(static: Path, site: Site) -> None:
    """Write what gives life to explorers and predictions."""
    if importlib.util.find_spec("course_tools.site.explorers"):
        explorers = importlib.import_module("course_tools.site.explorers")
        explorers.publish(static, [ROOT / name for name in site.notebooks])


def copy_exercises(site: Site, folder: Path) -> None:
    """Put the notebooks of exercises beside their pages, to be downloaded."""
    for page in site.of("exercises"):
        if page.is_notebook:
            shutil.copyfile(ROOT / page.source, folder / page.source)


def add_lite(folder: Path, site: Site) -> None:
    """Add a JupyterLab that runs in the browser, with the notebooks that the site has."""
    lite = importlib.import_module("course_tools.site.lite")
    lite.build(folder, site.notebooks)


def run_sphinx(work: Path, *, lite: bool) -> None:
    """Have Sphinx write the pages; a warning is an error."""
    from sphinx.cmd.build import build_main

    arguments = ["-q", "-W", "--keep-going", "-T", "-j", AT_ONCE, "-b", "html", "-c", str(HERE)]
    arguments += ["-d", str(work / "trees")]
    os.environ["COURSE_STATIC"] = str(work / "static")  # conf.py reads it
    os.environ["COURSE_LITE"] = "lite" if lite else ""
    if build_main([*arguments, str(work / "source"), str(work / "html")]):
        raise BuildError("Sphinx found what it says above. The site that was there is untouched.")


def refuse(found: list[str]) -> None:
    """Stop at what was found in the pages."""
    if found:
        listed = "\n".join(found[:MOST])
        more = f"\nAnd {len(found) - MOST} more." if len(found) > MOST else ""
        raise BuildError(f"{listed}{more}\nThe site that was there is untouched.")


def fetch(package: Path) -> None:
    """Have npm fetch what the site takes from it, unless a package is there."""
    if package.is_dir():
        return
    npm = shutil.which("npm")
    if npm is None:
        raise BuildError(
            f"npm is missing, which fetches {package.name} for the site, once. Install Node 20 or "
            "newer, with npm: on Debian or Ubuntu `sudo apt install nodejs npm`."
        )
    with step(f"Fetching {package.name} with npm, once"):
        done = subprocess.run(
            [npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"],
            cwd=HERE,
            capture_output=True,
            encoding="utf-8",
            check=False,
        )
    if done.returncode:
        raise BuildError(
            f"npm could not fetch what {show(HERE / 'package.json')} names. Check the network, "
            f"then run the same command again.\n{done.stderr.strip()}"
        )


def put_in_place(new: Path, old: Path) -> None:
    """Put a whole site where the old one stood."""
    if BUILT.exists():
        BUILT.replace(old)
    new.replace(BUILT)


def fingerprint() -> str:
    """Return the SHA-256 of all that the site is built of."""
    digest = hashlib.sha256()
    for pattern in SOURCES:
        for path in sorted(ROOT.glob(pattern)):
            if path.is_file() and "__pycache__" not in path.parts:
                digest.update(path.relative_to(ROOT).as_posix().encode())
                digest.update(path.read_bytes())
    return digest.hexdigest()


@contextlib.contextmanager
def only_one() -> Iterator[None]:
    """Wait until nobody else builds the site."""
    CACHE.mkdir(exist_ok=True)
    descriptor = os.open(CACHE / "lock", os.O_RDWR | os.O_CREAT, 0o666)
    try:
        while not try_lock(descriptor):
            time.sleep(0.5)
        yield
    finally:
        os.close(descriptor)


@contextlib.contextmanager
def step(name: str) -> Iterator[None]:
    """Say what is done now, and how long it took."""
    started = time.monotonic()
    print(f"{name} ...", end=" ", flush=True)
    yield
    print(f"{time.monotonic() - started:.0f} s", flush=True)
