"""Answers to the exercises: right ones in many forms, and wrong ones with two mistakes at once."""
