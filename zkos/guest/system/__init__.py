"""Storage, accounts, events, messages, resources and the oracle client."""
