"""What stands for the whole state: the root of its tree and where it grows."""

from zkos.lang.ints import U64, U256


class Commitment:
    """The tree at one moment, as proofs know it."""

    root: U256
    next_free_slot: U64

    def __init__(self, root: U256, next_free_slot: U64) -> None:
        self.root = root
        self.next_free_slot = next_free_slot
