"""What data/ says: read cell by cell, checked, corrected on record, laid out as panels."""
