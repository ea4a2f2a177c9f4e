"""How long a slot or account that the tree lacks costs as an absent one.

A seam: prices of versions go by what the block has written, or by the tree alone
(system spec 3.1, 3.2).
"""

def after_write(absent: bool) -> bool:
    """Whether it is absent once it is written."""

def after_clearing(absent: bool) -> bool:
    """Whether a slot is absent once its account was destroyed."""
