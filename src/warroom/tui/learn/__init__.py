"""What was learned, at the console: the changes that came out of the incident."""
