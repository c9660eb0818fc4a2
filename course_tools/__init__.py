"""What authors and instructors run."""
