"""How a page looks and reads on a screen: dark colours, tables that scroll, names for screen readers.

The printed page is made without any of it.
"""
