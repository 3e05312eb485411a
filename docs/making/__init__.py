"""What the site of documentation is made with, beside Sphinx itself."""
