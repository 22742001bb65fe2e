"""How fast and how small Unroller is: every figure as a ratio, or with its limit beside it."""
