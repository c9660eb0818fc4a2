"""What the lessons import: problems, theory, optimizers and figures."""
