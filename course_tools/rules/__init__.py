"""What notebooks and their companions may and may not do. Each module has `problems(path)`."""
