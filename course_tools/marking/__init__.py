"""Marking: a folder of submissions in, a gradebook out, whatever the submissions contain.

A learner's cells run in a sandbox (`sandbox`, with what is put into it in `sandbox.inside`). The
instructor's test cells run outside it (`notebook_run`), and what they call goes through messages
of numbers and text (`sandbox.inside.wire`). Every result goes into a journal (`records.journal`)
before anything else, and from there into nbgrader's gradebook, a table, and a report for each
student.
"""
