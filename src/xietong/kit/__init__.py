"""What every room's doors are made of: refusals and their words, money, references, page furniture. No tables."""
