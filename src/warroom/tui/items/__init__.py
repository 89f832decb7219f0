"""Action items on the screen: the room's board of them, and what is late in the lobby."""
