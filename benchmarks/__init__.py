"""Measurements of whole runs; the command is run.py, its README says what it measures."""
