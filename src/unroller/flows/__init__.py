"""What people come for, one verb a file. The only place where networks, exports and the store meet."""
