"""Where War room reaches: one module per kind of channel, the courier that keeps every delivery's state, the pager."""
