"""Pictures of a report: seaborn charts, flows, and the small drawings inside cards and tables."""
