"""SQLite as Django knows it, whose writers stand in a queue."""
