"""What a run is made from, by hash."""
