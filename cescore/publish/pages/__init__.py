"""What is on paper, one room a kind: scorecard, method book, supervision sheet, review, index page."""
