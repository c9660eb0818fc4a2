"""Marking, where everything is installed already: `python -m course_tools.marking`."""

from __future__ import annotations

import gc
import os
import sys
from collections.abc import Sequence

OTHERWISE = {"-h", "--help", "--module", "--run-learners-code-unprotected", "--scheduler"}
"""Options with which this machine needs no sandbox, or one with other things in it."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Mark a folder of submissions, where there can be a sandbox."""
    if sys.platform != "linux":
        print("Marking needs Linux, for its sandbox: do it in a virtual machine.", file=sys.stderr)
        return 1
    words = sys.argv[1:] if arguments is None else arguments
    if not OTHERWISE.intersection(word.partition("=")[0] for word in words):
        from course_tools.marking.sandbox import shelf

        shelf.begin(())  # half a second of another process, while this one imports the rest
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # as in the sandbox; nothing here is large
    gc.disable()
    from course_tools.marking import command_line

    gc.freeze()  # what is imported stays, and need not be searched
    gc.enable()
    return command_line.main(words)


if __name__ == "__main__":
    sys.exit(main())
