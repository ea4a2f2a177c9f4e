"""Whether and how blocks bind what became of their transactions (v32 4)."""

from typing import Final

from zkos.guest.protocol.version import VERSION, since
from zkos.lang.ints import U32

RECEIPTS_ARE_BOUND: Final = since(VERSION, {30: False, 32: True})
"""Whether the header has a root of receipts."""
TRANSACTIONS_ROLL: Final = since(VERSION, {30: True, 32: False})
"""Whether the hashes of transactions are bound by one that rolls, or else by a tree."""
TREE_HEIGHT: Final = U32(32)
"""Of the trees of transactions and receipts."""
