"""The command's words and options."""
