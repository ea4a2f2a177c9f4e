"""What the steps of all transactions of a block share; made once a block.

What belongs to one transaction is made by one step and handed to the next: `Prices`,
`Ledger`, `Sender`.
"""

from zkos.guest.bootloader.runner import Runner
from zkos.guest.flow.outcome import Outcome
from zkos.guest.protocol.quirks import (
    QUIRK_FORGETS_NATIVE,
    QUIRK_SENDER_PAYS_TOUCHES,
    QUIRK_TRANSACTION_ABORTS_BLOCK,
    QUIRK_WRAPS_PUBDATA,
)
from zkos.guest.state.io import Io
from zkos.guest.state.system import System
from zkos.guest.system.resources import INFINITE, Resources
from zkos.guest.transactions.record import Transaction
from zkos.guest.transactions.transaction import TransactionReader
from zkos.lang.ints import U64


class Work:
    """The transaction in work and those who work on it."""

    system: System
    io: Io
    runner: Runner
    reader: TransactionReader
    transaction: Transaction
    """The reader's record."""
    outcome: Outcome
    infinite: Resources
    sender_pays_touches: bool
    """Whether validation charges senders of an environment for touches, as upstream."""
    forgets_native: bool
    """Whether native spent by what ran out of it does not count, as upstream."""
    wraps_pubdata: bool
    """Whether native less than the pubdata's price wraps, as upstream."""

    def __init__(self, system: System, runner: Runner) -> None:
        bits = system.options.quirk_bits
        self.system = system
        self.io = system.io
        self.runner = runner
        self.reader = TransactionReader(system)
        self.transaction = self.reader.record
        self.outcome = Outcome(bits & QUIRK_TRANSACTION_ABORTS_BLOCK != 0)
        self.infinite = Resources(U64(0), U64(0))
        self.sender_pays_touches = bits & QUIRK_SENDER_PAYS_TOUCHES != 0
        self.forgets_native = bits & QUIRK_FORGETS_NATIVE != 0
        self.wraps_pubdata = bits & QUIRK_WRAPS_PUBDATA != 0

    def unlimited(self) -> Resources:
        """Resources for what nobody pays for."""
        infinite = self.infinite
        infinite.ergs = INFINITE
        infinite.native = INFINITE
        return infinite
