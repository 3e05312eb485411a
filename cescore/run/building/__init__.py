"""A build: editions, what is out of date in them, and how all of it gets made."""
