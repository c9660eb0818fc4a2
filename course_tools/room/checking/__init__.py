"""The evening before: whether all is there that a room needs, and else what mends it."""
