"""The review in the console: its screen, its editor, and what the lobby says of it."""
