"""What the commands do, one module a command, with what only that command needs."""
