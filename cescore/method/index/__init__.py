"""From returned values to the index: indicators, scores, weights, means, contributions."""
