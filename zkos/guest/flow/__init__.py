"""The steps of one transaction, shared by all block flows."""
