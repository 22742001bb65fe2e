"""Numbered changes of the tables, run by `migrate`. Never edit one that was released: add the next."""
