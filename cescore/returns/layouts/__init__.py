"""Where in a received workbook which value stands: our own form, long tables, and layouts of others."""
