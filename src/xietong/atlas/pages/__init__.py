"""The map's pages: thin doors that read queries and fill templates."""
