"""Frameworks: codes, formulas, weights, ends and how they are computed, held against each other."""
