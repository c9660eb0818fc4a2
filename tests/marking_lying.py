"""A class that hands in in every way at once, and what each thing that lies there has to become."""

from __future__ import annotations

import base64
import io
import json
import os
import random
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from course_tools.files import ROOT
from course_tools.marking.submissions import ListedAs
from course_tools.notebooks.course import EXERCISE, SOLUTION

LINE, MOMENTUM = "01_line_and_loss", "06_momentum"
FILE = f"{EXERCISE}{MOMENTUM}.ipynb"
PICTURE = base64.b64encode(random.Random(6).randbytes(3_000_000)).decode()
BOM = b"\xef\xbb\xbf"


@cache
def right(assignment: str = MOMENTUM) -> bytes:
    """The right solution of an exercise."""
    return (ROOT / "solutions" / assignment / f"{SOLUTION}{assignment}.ipynb").read_bytes()


@cache
def large() -> bytes:
    """The right solution, with pictures of twelve megabytes in its outputs."""
    nb = json.loads(right())
    picture = {"output_type": "display_data", "data": {"image/png": PICTURE}}
    for cell in [cell for cell in nb["cells"] if cell["cell_type"] == "code"][:3]:
        cell["outputs"] = [picture | {"metadata": {}}]
    return json.dumps(nb).encode()


def zip_of(files: dict[str, bytes]) -> bytes:
    """Make a zip of files by name."""
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, each in files.items():
            archive.writestr(name, each)
    return content.getvalue()


def locked(archive: bytes) -> bytes:
    """Say of every file in a zip that it needs a password."""
    return archive.replace(b"PK\x01\x02\x14\x03\x14\x00\x00", b"PK\x01\x02\x14\x03\x14\x00\x01")


@dataclass(frozen=True)
class Lies:
    """Something that lies there.

    Parameters
    ----------
    name : str
        Where, from the folder of submissions; a folder if it ends with a slash.
    content : bytes
        What stands in it.
    student, assignment : str
        Whose it has to be found to be, and what for.
    becomes : str
        "marked", "refused" when it is read, "quiet", or how it is listed.
    says : str
        Words of the reason, if it is not marked.
    time : int
        When it was changed.
    """

    name: str
    content: bytes = field(default_factory=right, repr=False)
    student: str = ""
    assignment: str = MOMENTUM
    becomes: ListedAs | str = "marked"
    says: str = ""
    time: int = 1_795_000_000

    def lay(self, folder: Path) -> None:
        """Put it there."""
        path = folder / self.name
        if self.name.endswith("/"):
            path.mkdir(parents=True)
            return
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(self.content)
        os.utime(path, (self.time, self.time))


def listed(name: str, status: str, says: str, student: str = "", content: bytes = b"x") -> Lies:
    """Something that is not marked."""
    return Lies(name, content, student, "", status, says)


NOT, BESIDE, EARLIER = "not marked", "beside", "earlier"

NBGRADERS = [
    Lies(f"anna/{MOMENTUM}/{FILE}", student="anna"),
    Lies(f"anna/{LINE}/{EXERCISE}{LINE}.ipynb", right(LINE), "anna", LINE),
    listed(f"anna/{MOMENTUM}/data.csv", BESIDE, "not needed", "anna"),
    Lies(f"anna/{MOMENTUM}/timestamp.txt", b"2026-11-20 10:11:12 UTC", becomes="quiet"),
    Lies(f"plus+sign@uni.example/{MOMENTUM}/{FILE}", student="plus+sign@uni.example"),
    Lies(f"capitals/06_Momentum/{FILE}", student="capitals"),
    Lies("spaces/06 momentum/06 Momentum.ipynb", student="spaces"),
    Lies(f"older-name/{MOMENTUM}/{MOMENTUM}.ipynb", student="older-name"),
    Lies(f"beside-folder/{FILE}", student="beside-folder"),
    Lies(f"both/{MOMENTUM}/{FILE}", student="both"),
    listed(f"both/{FILE}", BESIDE, f"both/{MOMENTUM}/{FILE} is marked", "both", right()),
    Lies(f"browser/{MOMENTUM}/{MOMENTUM} (1).ipynb", student="browser"),
    Lies(f"lab/{MOMENTUM}/{EXERCISE}{MOMENTUM}-Copy1.ipynb", student="lab"),
    Lies(f"desk/{MOMENTUM}/{EXERCISE}{MOMENTUM}.new-version-2.ipynb", student="desk"),
    Lies(f"windows/{MOMENTUM}/{EXERCISE}{MOMENTUM} - Copy (2).ipynb", student="windows"),
    Lies(f"own-name/{MOMENTUM}/my solution.ipynb", student="own-name"),
    Lies(f"deeper/{MOMENTUM}/answers/{FILE}", student="deeper"),
    Lies(f"ending/{FILE[:-6]}.IPYNB", student="ending"),
    Lies(f"hidden-ending/{FILE}.txt", student="hidden-ending"),
    Lies(f"mark/{FILE}", BOM + right(), "mark"),
    Lies(f"outputs/{FILE}", large(), "outputs"),
    Lies(f"two-copies/{MOMENTUM}/{MOMENTUM} (2).ipynb", student="two-copies", time=1_795_000_002),
    listed(f"two-copies/{MOMENTUM}/{MOMENTUM} (1).ipynb", BESIDE, "(2).ipynb is marked",
           "two-copies", right()),
    Lies(f"wrong-one/{MOMENTUM}/{EXERCISE}{LINE}.ipynb", right(LINE), "wrong-one"),
    Lies("nothing/", student="nothing", becomes=NOT, says="nothing in it"),
    Lies(f"empty/{MOMENTUM}/", student="empty", becomes="refused", says="There is no notebook"),
    Lies(f"file/{MOMENTUM}", b"", "file", becomes="refused", says="should be a folder"),
    Lies(f"no-notebook/{FILE}", b"{}", "no-notebook", becomes="refused", says="other data"),
    listed("report/report.pdf", NOT, "no notebook (.ipynb), but report.pdf", "report"),
    listed("unclear/answer.ipynb", NOT, "neither its name nor its cells", "unclear", b"{}"),
    listed(".hidden/notebook.ipynb", NOT, "begins with a dot"),
    listed("many/", NOT, "More than 200 notebooks", "many"),
    *(Lies(f"many/{MOMENTUM} ({n}).ipynb", b"{}", becomes="quiet") for n in range(201)),
    listed("feedback.pdf", BESIDE, "no notebook"),
    *(Lies(name, b"x", becomes="quiet") for name in (".DS_Store", f"anna/._{FILE}", "Thumbs.db")),
    Lies("__MACOSX/anna/._x.ipynb", b"x", becomes="quiet"),
    Lies(f"anna/{MOMENTUM}/.ipynb_checkpoints/{FILE}", becomes="quiet"),
]  # fmt: skip

FLAT = [
    Lies("Zoë O'Neil.ipynb", student="Zoë O'Neil"),
    Lies("李雷.ipynb", right(LINE), "李雷", LINE),
    Lies(f"meyer_{MOMENTUM}.ipynb", student="meyer"),
    listed(f"{MOMENTUM}.ipynb", NOT, "not who has handed it in", content=right()),
    listed("class/anna.ipynb", NOT, "the work of many students", content=right()),
    Lies("class/bob.ipynb", becomes="quiet"),
]

MOODLE = [
    Lies(f"Wei Li_301_assignsubmission_file_/{FILE}", student="Wei Li (301)"),
    Lies(f"Wei Li_302_assignsubmission_file_/{FILE}", student="Wei Li (302)"),
    Lies("Ute Ost_303_assignsubmission_file_/answer.ipynb", student="Ute Ost"),
    listed("Ute Ost_303_assignsubmission_onlinetext_/onlinetext.html", BESIDE, "not needed",
           "Ute Ost"),
    Lies(f"Newer Moodle_304_assignsubmission_file/{FILE}", student="Newer Moodle"),
    Lies(f"In One_305_assignsubmission_file_{FILE}", student="In One"),
    Lies(f"Participant_306_assignsubmission_file_/{FILE}", student="Participant"),
    Lies(f"A & B_7_assignsubmission_file_/{FILE}", student="A - B"),
    Lies(f"Group A_8_assignsubmission_file_/{FILE}", student="Group A"),
    listed("Only Text_307_assignsubmission_onlinetext_/onlinetext.html", NOT, "onlinetext.html",
           "Only Text"),
    Lies("Packed Up_308_assignsubmission_file_/all.zip", zip_of({f"x/{FILE}": right()}),
         "Packed Up"),
    listed("In Two_309_assignsubmission_file_/all.zip", NOT, "a zip that lies in a zip", "In Two",
           zip_of({"a.zip": zip_of({"b.zip": zip_of({FILE: right()})})})),
]  # fmt: skip

CANVAS = [
    Lies(f"kimjo_12345_67890_{EXERCISE}{MOMENTUM}-2.ipynb", student="kimjo"),
    Lies(f"odayeva_LATE_12346_67891_{FILE}", student="odayeva"),
    Lies(f"anon_ab12c_67892_{FILE}", student="anon_ab12c"),
    Lies(f"twofiles_12347_67893_{FILE}", student="twofiles"),
    listed("twofiles_12347_67894_helper.py", BESIDE, "not needed", "twofiles"),
    listed("texter_12348_text.html", NOT, "There is no notebook", "texter"),
]

BLACKBOARD = [
    Lies(f"Momentum_lee7_attempt_2026-11-20-11-11-12_{FILE}", student="lee7"),
    listed(f"Momentum_lee7_attempt_2026-11-19-10-11-12_{FILE}", EARLIER, "came later", "lee7",
           right()),
    Lies("Momentum_lee7_attempt_2026-11-20-11-11-12.txt", b"Name: Lee (lee7)", becomes="quiet"),
    Lies(f"Momentum_vanes_poging_2026-11-20-10-11-12_{FILE}", student="vanes"),
    Lies(f"Momentum_a_b_attempt_2026-11-20-10-11-12_{FILE}", student="a_b"),
    Lies("Momentum_a_b_attempt_2026-11-20-10-11-12.txt", b"Name: A (a_b)\r\nDate", becomes="quiet"),
    Lies(f"Momentum_c_b_attempt_2026-11-20-10-11-12_{FILE}", student="c_b"),
    Lies("Momentum_c_b_attempt_2026-11-20-10-11-12.txt", b"Name: Cy (c_b)", becomes="quiet"),
    listed("Momentum_none8_attempt_2026-11-20-10-11-12.txt", NOT, "no file with it", "none8"),
]  # fmt: skip

ZIPS = [
    Lies(
        "CS101-Momentum-4711.zip",
        zip_of({
            f"Max Top_401_assignsubmission_file_/{FILE}": right(),
            f"Zoë O'Neil_402_assignsubmission_file_/{FILE}": right(),
            "__MACOSX/._x": b"x",
        }),
        student="Max Top",
    ),
    listed("broken.zip", NOT, "no zip, or it is cut off", "broken"),
    Lies(f"zip-inside/{MOMENTUM}/all.zip", zip_of({FILE: right()}), "zip-inside"),
    Lies("bomb/bomb.zip", zip_of({FILE: b" " * 50_000_000}), "bomb", becomes="refused",
         says="grows more than 200 times"),
    Lies("locked/locked.zip", locked(zip_of({FILE: right()})), "locked", becomes="refused",
         says="locked with a password"),
]  # fmt: skip


def everything(count: int = 120) -> Sequence[Lies]:
    """Return a class of so many students, with everything that can lie there."""
    odd = [*NBGRADERS, *FLAT, *MOODLE, *CANVAS, *BLACKBOARD, *ZIPS]
    students = {each.student for each in odd if each.student}
    return [*odd, *others(count - len(students))]


def others(count: int) -> Iterator[Lies]:
    """Give students who do what they should."""
    for number in range(count):
        name = f"student-{number:03}"
        yield Lies(f"{name}/{MOMENTUM}/{FILE}", student=name)
