"""X, read by its official API alone."""
