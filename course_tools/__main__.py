"""The one entry on every platform: `python -m course_tools VERB`.

This file must parse on any Python, however old, so that an old one says what to do.
"""

import sys

if not (3, 11) <= sys.version_info[:2] <= (3, 14):
    sys.exit(
        "The course needs Python 3.11, 3.12, 3.13 or 3.14, but {} is Python {}.{}.{}; "
        "try `make {verb} PYTHON=python3.12` (on Windows: `py -3.12 -m course_tools {verb}`).".format(
            sys.executable, *sys.version_info[:3], verb=" ".join(sys.argv[1:2]) or "lab"
        )
    )
else:
    from course_tools.commands import main

    sys.exit(main(sys.argv[1:]))
