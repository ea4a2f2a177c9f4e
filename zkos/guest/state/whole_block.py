"""Absent is what was absent when the block began (v31 system spec 3.1, 3.2)."""


def after_write(absent: bool) -> bool:
    """Whether it is absent once it is written."""
    return absent


def after_clearing(absent: bool) -> bool:
    """Whether a slot is absent once its account was destroyed."""
    return absent
