"""The one entry on every platform: `python -m course_tools VERB`.

`python course_tools VERB` does the same where Python does not look into the folder it stands in.
This file must parse on any Python, however old, so that an old one says what to do.
"""

import sys

if not (3, 11) <= sys.version_info[:2] <= (3, 14):
    sentence = (
        "The course needs Python 3.11, 3.12, 3.13 or 3.14, but {0} is Python {1}; "
        "try `make {2} PYTHON=python3.12` (on Windows: `py -3.12 -m course_tools {2}`)."
    )
    verb = " ".join(sys.argv[1:2]) or "lab"
    sys.exit(sentence.format(sys.executable, sys.version.split()[0], verb))
else:
    if not __package__:  # Python has been given the folder, and looks for modules inside of it
        from pathlib import Path

        sys.path[0] = str(Path(__file__).resolve().parents[1])

    from course_tools.commands import main

    sys.exit(main(sys.argv[1:]))
