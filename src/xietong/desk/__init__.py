"""What every room's work lies on: jobs, notices, files, import templates, the search index."""
