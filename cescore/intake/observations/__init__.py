"""Returned values: typed, checked, keyed, corrected on record, laid out as panels."""
