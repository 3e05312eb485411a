"""Files and databases as batches of cells, each row with its address."""
