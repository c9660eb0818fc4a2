"""Marking, where everything is installed already: `python -m course_tools.marking`."""

import sys

from course_tools.marking.command import main

sys.exit(main())
