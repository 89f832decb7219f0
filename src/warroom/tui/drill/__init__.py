"""Drills in the console: what shows that it is one, its clock, its report; choosing one, and leading one."""
