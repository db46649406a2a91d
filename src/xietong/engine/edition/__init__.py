"""An edition of the map: its nodes, what is computed for each, how it is kept on disk."""
