"""The method book: everything that params decide, as a reader of reports meets it."""
