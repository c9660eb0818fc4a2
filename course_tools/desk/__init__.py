"""A learner's own copy of the course: made, brought up to date, and never written over."""

START_PAGE = "notebooks/00_start_here.ipynb"
"""The page that opens first."""
