"""What params/ say: units, formulas, and the frozen objects that loading makes of the files."""
