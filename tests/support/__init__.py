"""What tests share: guest functions on every engine."""
