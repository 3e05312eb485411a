"""What else was received: inspections, texts, what collecting left."""
