"""Yearly circular-economy evaluation: from statistical returns to PDF assessment reports."""

__version__ = "0.1.0"
