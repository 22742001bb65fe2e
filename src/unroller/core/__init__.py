"""The part that thinks: no I/O, no clock, no randomness, standard library only."""
