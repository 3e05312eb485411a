"""What a report or a document holds: bundles, documents of every kind, written, opened and read."""
