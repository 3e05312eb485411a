"""From an evaluation to bundles and documents, through the gate."""
