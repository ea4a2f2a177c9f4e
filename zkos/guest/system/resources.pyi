"""The double ledger of a frame: ergs (256 a gas) and native (system spec 1).

A seam: which of the two is looked at first decides what a frame that is short of both
runs out of.
"""

from zkos.lang.ints import U64

class Resources:
    """What a frame may still spend."""

    ergs: U64
    native: U64

    def __init__(self, ergs: U64, native: U64) -> None: ...
    def charge(self, ergs: U64, native: U64) -> None:
        """Take both. Raises OutOfErgs and OutOfNative; what is short is 0 then."""

    def gas(self) -> U64:
        """Whole gas left."""
