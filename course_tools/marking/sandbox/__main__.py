"""`python -m course_tools.marking.sandbox`: does the sandbox start here, and keep all inside."""

from __future__ import annotations

import sys


def main() -> int:
    """Start the sandbox once; the exit status is 1, and its reason is printed, if it does not."""
    if sys.platform != "linux":
        print("Marking needs Linux, for its sandbox: do it in a virtual machine.")
        return 1
    from course_tools.marking.results import MarkingError
    from course_tools.marking.sandbox.limits import Limits
    from course_tools.marking.sandbox.probe import trust_sandbox

    try:
        trust_sandbox(Limits())
    except MarkingError as error:
        print(error)
        return 1
    print("The sandbox starts, and nothing gets out of it.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
