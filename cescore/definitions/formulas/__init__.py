"""The language of formulas and the units that they are in."""
