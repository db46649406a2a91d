"""Tags and filters of the region."""
