"""From a folder of received files to the tables of a year: submissions, what replaces what, what is kept."""
