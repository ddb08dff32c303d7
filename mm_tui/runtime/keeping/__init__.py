"""What a session has on disk: its folder and log, index, black boxes, and what risk carries over a restart."""
