"""What was learned: changes to a person's files as diffs, what became of them, and how checklists are really used."""
