"""Loads, for the tests and the lessons alike, what pytest needs beyond nbval."""

pytest_plugins = ["course_tools.notebook_plugin"]
