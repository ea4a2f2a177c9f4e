"""Seam: what a batch binds of its blocks. By default nothing of other chains."""

from zkos.guest.commitment.plain_batch import (
    Batch,
    BlockCommitment,
    look_outside,
)

__all__ = ["Batch", "BlockCommitment", "look_outside"]
