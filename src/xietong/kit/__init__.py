"""What doors are made of: refusals and their words, money, references, furniture of pages."""
