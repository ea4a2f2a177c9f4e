"""The double ledger of a frame: ergs (256 a gas) and native (system spec 1)."""

from typing import Final

from zkos.guest.protocol.quirks import QUIRK_NATIVE_BEFORE_GAS
from zkos.guest.system.errors import OutOfErgs, OutOfNative
from zkos.guest.system.options import quirk_bits
from zkos.lang.control import inline, noinline
from zkos.lang.ints import U64

ERGS_PER_GAS: Final = U64(256)
INFINITE: Final = U64(0xFFFFFFFFFFFFFFFF)


class Resources:
    """What a frame may still spend."""

    ergs: U64
    native: U64

    def __init__(self, ergs: U64, native: U64) -> None:
        self.ergs = ergs
        self.native = native

    @inline
    def charge(self, ergs: U64, native: U64) -> None:
        """Take both; gas comes first, so that what fails in Ethereum fails alike.

        Raises OutOfErgs (ergs := 0, native is kept) and OutOfNative (native := 0,
        ergs charged too).
        """
        if self.ergs < ergs or self.native < native:
            self.refuse(ergs, native)
        self.ergs = self.ergs.wrapping_sub(ergs)
        self.native = self.native.wrapping_sub(native)

    @noinline
    def refuse(self, ergs: U64, native: U64) -> None:
        """What `charge` does where one of them is short. Raises as it does."""
        if quirk_bits() & QUIRK_NATIVE_BEFORE_GAS != 0:
            if self.native >= native:
                self.native = self.native - native
                self.ergs = U64(0)
                raise OutOfErgs
        elif self.ergs < ergs:
            self.ergs = U64(0)
            raise OutOfErgs
        self.native = U64(0)
        self.ergs = self.ergs.saturating_sub(ergs)
        raise OutOfNative

    @inline
    def gas(self) -> U64:
        """Whole gas left."""
        return self.ergs >> 8
