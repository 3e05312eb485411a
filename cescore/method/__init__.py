"""Numbers in, numbers out: knows no file and no page."""
