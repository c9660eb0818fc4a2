"""Answers to the tasks of the bank: right ones in many forms, and wrong ones, of two mistakes."""
