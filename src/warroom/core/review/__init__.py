"""After the incident: what it took, what to think about, what was written, what is to change. Pure, as the core is."""
