"""Plans: targets, measures, extra points and what may be moved, held against the frameworks."""
