"""What a block says of other chains: roots of their messages, where it settles."""

from zkos.lang.control import record
from zkos.lang.ints import U256
from zkos.lang.memory import List


@record
class InteropRoot:
    """A root of another chain's messages, which contracts may rely on."""

    chain: U256
    number: U256
    """Of the chain's block or batch."""
    root: U256


class OtherChains:
    """One per block."""

    roots: List[InteropRoot]
    """In the order in which they were added."""
    announced: List[U256]
    """Settlement layers that the block has announced by events."""
    message_root: U256
    """Of the messages of chains that settle on this one; known at the end."""
    settlement_layer: U256
    """Id of the chain this one settles on; known at the end."""

    def __init__(self) -> None:
        self.roots = List(InteropRoot)
        self.announced = List(U256)
        self.message_root = U256(0)
        self.settlement_layer = U256(0)
