"""The peers that are programs: what Textual costs by itself, and our console with nothing behind it."""
