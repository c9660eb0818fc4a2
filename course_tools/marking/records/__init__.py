"""Where marks go: the journal, nbgrader's gradebook, the table, and each student's page."""
