"""How an evaluation is printed: from a bundle and a notebook to page and PDF."""
