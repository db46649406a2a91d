"""Filters that every room's templates use."""
