"""One incident alive: do(command), receive what others wrote, tell those who watch."""
