"""The inbox of alerts on the screen: what fires by service and rule, and what is done about it."""
