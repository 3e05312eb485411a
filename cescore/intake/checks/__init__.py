"""Checks beyond one row, and findings accepted on record."""
