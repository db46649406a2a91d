"""What the desk's templates say."""
