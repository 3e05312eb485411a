"""Entries of files: YAML and JSON as values that know their lines, read into definitions."""
