"""What is released of others, and what is withheld with it."""
