"""What a notebook's cells show, as the page sets it: as Jupyter does, or with a word why not."""
