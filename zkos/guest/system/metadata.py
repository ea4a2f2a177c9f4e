"""Seam: the block context. By default without a price of blobs."""

from zkos.guest.system.plain_metadata import Metadata

__all__ = ["Metadata"]
