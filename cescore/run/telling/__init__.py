"""What a command says: progress, findings, how a run ended."""
