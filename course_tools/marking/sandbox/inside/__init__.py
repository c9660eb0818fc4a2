"""What goes into the sandbox: the runner of a learner's cells, and the form of its messages."""
