"""Caches, journals and io of a block: what environments, hooks and bootloader call."""
