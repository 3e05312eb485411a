"""How firm an index and a ranking are: bands, draws, sensitivity."""
