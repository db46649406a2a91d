"""What templates call things of agreements."""
