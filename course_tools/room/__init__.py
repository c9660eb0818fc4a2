"""A room: a laptop in front that serves the course, counts votes and takes in exercises."""
