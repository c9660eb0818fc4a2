"""Answers to the tasks: right ones in many forms, and wrong ones with two mistakes at once."""
