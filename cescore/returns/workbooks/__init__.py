"""What a file that came back holds, whatever program wrote it: sheets of cells with their addresses."""
