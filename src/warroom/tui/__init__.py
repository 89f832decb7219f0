"""The console: screens, panes, dialogs and their look. Nothing here waits for a disk or a network."""
