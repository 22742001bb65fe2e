"""Formats that a thread can be turned into, one a file. They know no network and no store."""
