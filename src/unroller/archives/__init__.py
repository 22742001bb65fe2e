"""Files that networks give their users, and researchers keep: posts without asking anybody."""
