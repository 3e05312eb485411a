"""Returns sent back: copies with the findings in their cells, and what respondents answer to them."""
