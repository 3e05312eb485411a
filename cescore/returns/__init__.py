"""Returns sent out and taken in: forms, workbooks, layouts, what is wrong with them and what it moves."""
