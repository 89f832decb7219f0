"""From the state of an incident to what is read: pure functions, cleaned text, no clock and no terminal."""
