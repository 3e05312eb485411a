"""A year evaluated whole: every entity of every type; and a plan period on top of it."""
