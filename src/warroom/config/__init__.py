"""Files in, frozen settings out. A broken file is a `Problem` that somebody can read, never an exception."""
