"""nbgrader's settings for the folder in which its gradebook is."""

from __future__ import annotations

from pathlib import Path

from course_tools.files import write_whole

FILE = "nbgrader_config.py"

OURS = '"""nbgrader\'s settings for this folder.'
"""How a file begins that was written here, in this version or an earlier one."""

OFF = "course_tools.marking.records.switched_off.SwitchedOff"

LINE = f'get_config().Autograde.exporter_class = "{OFF}"  # noqa: F821'
"""Without it, nbgrader's autograder runs submissions unprotected."""

ABOUT = "# nbgrader's own autograder has no sandbox. Submissions are marked by `make grade` alone."

CONFIG = f'''\
{OURS} `nbgrader export`, run here, writes the marks as a table."""

from pathlib import Path

from sqlalchemy import URL

folder = Path(__file__).resolve().parent
gradebook = URL.create("sqlite", database=str(folder / "gradebook.db"))
c = get_config()  # noqa: F821
c.CourseDirectory.root = str(folder)
c.CourseDirectory.db_url = gradebook.render_as_string()

{ABOUT}
{LINE}
'''


def bring_up_to_date(folder: Path) -> str:
    """Write the settings, or add to them what they lack; nobody's lines are taken away.

    Parameters
    ----------
    folder : Path
        Where the gradebook is.

    Returns
    -------
    str
        What an instructor has to do whose settings were written by somebody else; mostly nothing.
    """
    path = folder / FILE
    known = path.read_text("utf-8", errors="surrogateescape") if path.exists() else ""
    if not known:
        write_whole(path, CONFIG.encode())
    elif not is_switched_off(known):
        if not known.startswith(OURS):
            return (
                f"{path} is your own, and lets nbgrader's autograder run: the button in formgrader"
                " would run a submission unprotected, with all your rights. Add this line at its"
                f" end:\n{LINE}"
            )
        added = f"{known.rstrip()}\n\n{ABOUT}\n{LINE}\n"
        write_whole(path, added.encode(errors="surrogateescape"))
    return ""


def is_switched_off(settings: str) -> bool:
    """Whether some line of a settings file switches nbgrader's autograder off."""
    lines = (line.strip() for line in settings.splitlines())
    return any(OFF in line and not line.startswith("#") for line in lines)
