"""Leaves out of a plain `pytest` what runs only when it is named."""

from pathlib import Path

HERE = Path(__file__).parent
WHEN_NAMED = (
    HERE / "browser",  # needs Chromium; `make browser-test` names it
    HERE / "fixtures",  # notebooks that must fail; the tests that know why run them
)


def pytest_ignore_collect(collection_path: Path) -> bool | None:
    """Skip these folders. pytest does not ask for a path that its command line names."""
    return True if collection_path in WHEN_NAMED else None
