"""What the steps of all transactions of a block share; made once a block."""

from zkos.guest.blocks.ethereum.context import Context
from zkos.guest.blocks.ethereum.transaction import TransactionReader
from zkos.guest.bootloader.runner import Runner
from zkos.guest.environments import Environments
from zkos.guest.flow.outcome import Outcome
from zkos.guest.hooks.hooks import Hooks
from zkos.guest.state.io import Io
from zkos.guest.state.system import System
from zkos.guest.system.resources import INFINITE, Resources
from zkos.guest.transactions.record import Transaction
from zkos.lang.ints import U64


class Work:
    """The transaction in work, those who work on it and what the block has used."""

    system: System
    context: Context
    io: Io
    runner: Runner
    reader: TransactionReader
    transaction: Transaction
    """The reader's record."""
    outcome: Outcome
    infinite: Resources
    gas_used: U64
    """By the transactions so far, like the next."""
    blob_gas_used: U64

    def __init__(self, system: System) -> None:
        self.system = system
        self.context = context_of(system)
        self.io = system.io
        # Receipts need them, report or not.
        self.io.keeps_events = True
        self.runner = Runner(system, Environments(system), Hooks(system))
        self.reader = TransactionReader(system, self.context)
        self.transaction = self.reader.record
        self.outcome = Outcome(False)
        self.infinite = Resources(U64(0), U64(0))
        self.gas_used = U64(0)
        self.blob_gas_used = U64(0)

    def unlimited(self) -> Resources:
        """Resources for what nobody pays for."""
        infinite = self.infinite
        infinite.ergs = INFINITE
        infinite.native = INFINITE
        return infinite


def context_of(system: System) -> Context:
    """What this instance's metadata holds besides what all instances have."""
    # The seam promises less.
    context: Context = system.metadata.context  # type: ignore[attr-defined]
    return context
