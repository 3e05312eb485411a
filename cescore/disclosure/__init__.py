"""What may be shown: the disclosure rules, the gate, one bundle per report, and its result file."""
