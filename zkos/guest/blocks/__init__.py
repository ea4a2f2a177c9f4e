"""Block flows: from the first transaction to the public input."""
