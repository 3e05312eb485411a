"""From index, targets and measures to a total and its grade, for a year and for a plan."""
