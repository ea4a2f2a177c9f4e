"""The world outside the guest: tree, transactions, oracle, runs."""
