"""The EVM execution environment."""
