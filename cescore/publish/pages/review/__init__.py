"""The page of a plan's midterm or final evaluation."""
