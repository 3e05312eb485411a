"""Isolated processes: of a report, of those that fork it, on this machine and on a cluster."""
