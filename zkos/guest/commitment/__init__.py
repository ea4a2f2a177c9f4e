"""What a finished block is bound to: header, pubdata, public input."""
