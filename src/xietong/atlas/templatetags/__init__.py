"""Tags of the map's templates."""
