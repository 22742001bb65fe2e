"""A door: the site. Published pages from memory, all others by Starlette, both in granian."""
