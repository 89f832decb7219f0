"""What senders of alerts deliver, read into alerts. Pure: no socket, no file, no clock; now is an argument."""
