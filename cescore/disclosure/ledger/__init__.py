"""Every figure that leaves, as a statement about respondents, audited as one system."""
