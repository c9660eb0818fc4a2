"""A learner's own copy of the course: made, brought up to date, and never written over."""

FOLDER = "my_course"
"""Where it is, in the folder of the course."""

START_PAGE = "notebooks/00_start_here.ipynb"
"""The page that opens first."""
