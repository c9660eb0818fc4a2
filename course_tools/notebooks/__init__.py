"""The ground floor: reading and writing stored notebooks, their cells, and their order."""
