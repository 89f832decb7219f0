"""The panes of the war room: each one is a look, one moment and one watcher."""
