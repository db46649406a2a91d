"""An edition of the map: which nodes it has, what is computed for each, and how it is kept on disk."""
