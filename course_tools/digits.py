"""Make the file of handwritten digits that lesson 12 learns from.

`python -m course_tools.digits` writes `lessons_lib/problems/digits.npz` from the copy that comes
with scikit-learn, which only authors need. Made again, the file is the same, byte for byte. (How
far zip squeezes differs between versions of zlib. So a file that says the same is left as it is.)
A test holds the file against this script.
"""

from __future__ import annotations

import gzip
import io
import sys
import zipfile
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from lessons_lib.problems.digits import FILE

Bytes = NDArray[np.uint8]

EARLIEST = (1980, 1, 1, 0, 0, 0)
"""The time that a zip file gives its members if none is known."""

UNIX = 3
"""The system that a zip file is said to come from, wherever it was made."""


def source() -> bytes:
    """Return scikit-learn's copy: a line of text per picture, 64 pixels and the digit."""
    package = find_spec("sklearn")  # where it is: to import it takes seconds
    if package is None or package.origin is None:
        raise FileNotFoundError("scikit-learn is not installed; `make test` installs it.")
    copy = Path(package.origin).parent / "datasets" / "data" / "digits.csv.gz"
    return gzip.decompress(copy.read_bytes())


def read(text: bytes) -> tuple[Bytes, Bytes]:
    """Read the pictures, of shape (m, 64), and the digits, of shape (m,).

    Raises
    ------
    ValueError
        If there is anything but pixels from 0 to 16 and digits from 0 to 9.
    """
    table = np.loadtxt(io.BytesIO(text), delimiter=",", ndmin=2)
    pictures, labels = table[:, :-1], table[:, -1]
    if pictures.shape[1] != 64 or not np.isin(pictures, range(17)).all():
        raise ValueError("A picture has 64 pixels, whole numbers from 0 to 16.")
    if not np.isin(labels, range(10)).all():
        raise ValueError("A label is a digit, 0 to 9.")
    return pictures.astype(np.uint8), labels.astype(np.uint8)


def packed(**arrays: Bytes) -> bytes:
    """Pack arrays of bytes as numpy's npz, without the time and the system of the day."""
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as bundle:
        for name, array in arrays.items():
            member = io.BytesIO()
            np.lib.format.write_array(member, array, version=(1, 0), allow_pickle=False)
            about = zipfile.ZipInfo(f"{name}.npy", EARLIEST)
            about.create_system = UNIX
            about.compress_type = zipfile.ZIP_DEFLATED
            bundle.writestr(about, member.getvalue(), compresslevel=9)
    return content.getvalue()


def unpacked(content: bytes) -> list[tuple[object, ...]]:
    """Return all that a packed file says, which is the same however far it was squeezed."""
    with zipfile.ZipFile(io.BytesIO(content)) as bundle:
        return [
            (
                each.filename,
                each.date_time,
                each.create_system,
                each.compress_type,
                bundle.read(each),
            )
            for each in bundle.infolist()
        ]


def made() -> bytes:
    """Return the bytes of the file, made anew."""
    pictures, labels = read(source())
    return packed(pictures=pictures, labels=labels)


def main(arguments: Sequence[str], path: Path = FILE) -> int:
    """Write the file, unless it is there already and says the same."""
    if arguments:
        print("course_tools.digits takes no arguments.", file=sys.stderr)
        return 2
    fresh = made()
    if not path.exists() or unpacked(path.read_bytes()) != unpacked(fresh):
        path.write_bytes(fresh)
    print(f"{path.name}: {path.stat().st_size} bytes")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
