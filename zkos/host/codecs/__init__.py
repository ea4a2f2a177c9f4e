"""Bytes that guest and host exchange: transactions by RLP and ABI, block metadata."""
