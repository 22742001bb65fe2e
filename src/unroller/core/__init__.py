"""The part that thinks: no I/O, no clock, no randomness, standard library and msgspec's structs only."""
