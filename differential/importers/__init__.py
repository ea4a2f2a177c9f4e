"""Cases from the formats of others, and back."""
