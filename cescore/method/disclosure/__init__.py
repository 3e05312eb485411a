"""Statistical disclosure control: rules, what follows from printed numbers, what to withhold."""
