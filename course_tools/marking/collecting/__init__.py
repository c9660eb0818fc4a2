"""From what instructors have on disk to submissions: found, told apart, and read as data."""
