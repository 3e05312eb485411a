"""Papers beside the scorecards: the method book, supervision sheets, the overview of a plan."""
