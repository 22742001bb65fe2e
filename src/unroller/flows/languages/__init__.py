"""What the bot says, one file a language."""
