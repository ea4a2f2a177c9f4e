"""Running cases on all engines and comparing them."""
