"""Two evaluations held against each other: what moved, by how much, and because of what."""
