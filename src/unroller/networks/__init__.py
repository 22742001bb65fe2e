"""One package or file for each network: a link → a conversation, and where it can, calls and answers."""
