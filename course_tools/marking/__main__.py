"""Marking, where everything is installed already: `python -m course_tools.marking`."""

from __future__ import annotations

import sys
from collections.abc import Sequence


def main(arguments: Sequence[str] | None = None) -> int:
    """Mark a folder of submissions, where there can be a sandbox."""
    if sys.platform != "linux":
        print("Marking needs Linux, for its sandbox: do it in a virtual machine.", file=sys.stderr)
        return 1
    from course_tools.marking import command_line

    return command_line.main(arguments)


if __name__ == "__main__":
    sys.exit(main())
