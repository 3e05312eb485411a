"""A number followed back: from what is printed to file, sheet and cell, step by step."""
