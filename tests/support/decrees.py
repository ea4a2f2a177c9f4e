"""Blocks in which governance deploys code and says its keccak-256."""

from fuzz.strategies.decrees import CODES, DEPLOYER, SET_BYTECODE_DETAILS
from zkos.host.case import Block, Case
from zkos.host.context import BlockContext
from zkos.host.transactions import FieldTransaction, Kind
from zkos.host.tree import hash_bytes

PLACE = 0xDEAD
"""Where the code goes."""
COMPLEX_UPGRADER = 0x800F


def decree(code: bytes, said: int, context: BlockContext = BlockContext()) -> Case:  # noqa: B008 - frozen
    """A block that deploys one of the known codes, or none, and says a hash of it."""
    digest = int.from_bytes(hash_bytes(code), "big") if code else 0
    words = (PLACE, digest, len(code), said)
    data = SET_BYTECODE_DETAILS + b"".join(word.to_bytes(32, "big") for word in words)
    work = FieldTransaction(
        Kind.UPGRADE, 500_000, 0, to=DEPLOYER, data=data, sender=COMPLEX_UPGRADER
    )
    return Case((Block(context, (work,)),), preimages=CODES)
