"""The double ledger that looks at gas first (v31 6.1)."""

from zkos.guest.system.errors import OutOfErgs, OutOfNative
from zkos.lang.control import inline
from zkos.lang.ints import U64


class Resources:
    """What a frame may still spend."""

    ergs: U64
    native: U64

    def __init__(self, ergs: U64, native: U64) -> None:
        self.ergs = ergs
        self.native = native

    @inline
    def charge(self, ergs: U64, native: U64) -> None:
        """Take both, gas first.

        Raises OutOfErgs (ergs := 0, no native taken) and OutOfNative (native := 0).
        """
        if self.ergs < ergs:
            self.ergs = U64(0)
            raise OutOfErgs
        self.ergs = self.ergs.wrapping_sub(ergs)
        if self.native < native:
            self.native = U64(0)
            raise OutOfNative
        self.native = self.native.wrapping_sub(native)

    @inline
    def gas(self) -> U64:
        """Whole gas left."""
        return self.ergs >> 8
