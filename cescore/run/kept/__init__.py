"""What one run leaves for the next, by the hash of all that it was made from."""
