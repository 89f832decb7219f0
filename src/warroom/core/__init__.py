"""The pure core: facts, what may be asked, and what follows. No clock, no random, no file, no socket."""
