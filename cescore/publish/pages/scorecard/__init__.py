"""The sections of a scorecard, from page one to the colophon: a module for each."""
