"""Timelines from elsewhere and to elsewhere. What is read is checked whole before anything is made of it."""
