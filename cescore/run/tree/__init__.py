"""The output tree: what stands there, what was made from what, one writer at a time."""
