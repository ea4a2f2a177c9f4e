"""Transactions, the call stack and the flow of a block."""
