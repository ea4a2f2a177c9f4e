"""What became of a transaction, and the error that drops it."""

from typing import NoReturn

from zkos.guest.protocol.quirks import OVERFLOW_ABORTS_BLOCK
from zkos.guest.system.errors import Fatal
from zkos.lang.ints import U32, U64, U256, Address
from zkos.lang.memory import ByteView, allocate_bytes


class Invalid(Exception):
    """The transaction is dropped; `Outcome.reason` says why (bootloader spec 10)."""


class Outcome:
    """The result of the transaction in work, reused for the next one."""

    aborts: bool
    """Whether what ends the block upstream does so here (bootloader spec 11)."""
    reason: U32
    """A `REASON_` of `zkos.guest.protocol.report`, 0 if nothing went wrong."""
    first_value: U256
    """What the reason compares, e.g. the transaction's nonce; else 0."""
    second_value: U256
    success: bool
    gas_used: U64
    gas_refunded: U64
    """By the refund counter, as far as it was granted."""
    native_used: U64
    """To compute with; what paid for pubdata is not in it."""
    pubdata_used: U64
    """In bytes, the intrinsic part included."""
    created: Address
    output: ByteView

    def __init__(self, aborts: bool) -> None:
        self.aborts = aborts
        self.reason = U32(0)
        self.first_value = U256(0)
        self.second_value = U256(0)
        self.success = False
        self.gas_used = U64(0)
        self.gas_refunded = U64(0)
        self.native_used = U64(0)
        self.pubdata_used = U64(0)
        self.created = Address(0)
        self.output = allocate_bytes(0)

    def reset(self) -> None:
        """Forget the last transaction."""
        self.because(U32(0), U256(0), U256(0))
        self.clear()

    def clear(self) -> None:
        """Have no result but the reason, as a dropped transaction."""
        self.success = False
        self.gas_used = U64(0)
        self.gas_refunded = U64(0)
        self.native_used = U64(0)
        self.pubdata_used = U64(0)
        self.created = Address(0)
        self.output = self.output.window(0, 0)

    def because(self, reason: U32, first: U256, second: U256) -> None:
        """Record a reason and the values it is about."""
        self.reason = reason
        self.first_value = first
        self.second_value = second

    def revert(self, reason: U32) -> None:
        """Record that the transaction is reverted, its output kept."""
        self.because(reason, U256(0), U256(0))
        self.success = False
        self.created = Address(0)

    def reject(self, reason: U32) -> NoReturn:
        """Drop the transaction: raises Invalid."""
        self.because(reason, U256(0), U256(0))
        raise Invalid

    def reject_with(self, reason: U32, first: U256, second: U256) -> NoReturn:
        """Drop the transaction: raises Invalid."""
        self.because(reason, first, second)
        raise Invalid

    def abort(self, reason: U32) -> NoReturn:
        """Give up where upstream ends the block: raises Fatal.

        Without upstream's faults the transaction alone is given up.
        """
        self.because(reason, U256(0), U256(0))
        raise Fatal

    def exceed(self, reason: U32) -> None:
        """A product is beyond its width, but its highest value serves as well.

        Raises Fatal where upstream ends the block.
        """
        if self.aborts and OVERFLOW_ABORTS_BLOCK:
            self.abort(reason)
