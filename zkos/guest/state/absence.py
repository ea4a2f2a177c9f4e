"""Seam: how long a record of the state counts as absent. By default until written."""

from zkos.guest.state.until_written import after_clearing, after_write

__all__ = ["after_clearing", "after_write"]
