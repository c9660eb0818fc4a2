"""A learner's own copy of the course: made, brought up to date, and never written over."""

START_PAGE = "notebooks/00_start_here.ipynb"
"""The page that opens first."""

ROOM = "COURSE_ROOM"
"""Environment variable that says in which room a learner is: `http://192.168.1.20:8000`."""
