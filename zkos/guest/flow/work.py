"""All that the steps of one transaction share; made once a block and reused."""

from zkos.guest.bootloader.runner import Runner
from zkos.guest.flow.outcome import Outcome
from zkos.guest.protocol.environment import NO_ENVIRONMENT
from zkos.guest.protocol.quirks import (
    QUIRK_BURNS_FEE,
    QUIRK_TRANSACTION_ABORTS_BLOCK,
)
from zkos.guest.state.io import Io
from zkos.guest.state.system import System
from zkos.guest.system.resources import INFINITE, Resources
from zkos.guest.transactions.abi import Transaction
from zkos.guest.transactions.access_list import AccessList
from zkos.guest.transactions.hashing import TransactionHasher
from zkos.lang.ints import U8, U64, U256, Address, Bytes32
from zkos.lang.memory import ByteView


class Work:
    """The transaction in work and the state of its processing."""

    system: System
    io: Io
    runner: Runner
    transaction: Transaction
    access_list: AccessList
    hasher: TransactionHasher
    outcome: Outcome
    aborts: bool
    """Whether a Fatal error ends the block, as upstream; see `block`."""
    burns_fee: bool
    """Whether a fee without room for it is lost, as upstream."""

    resources: Resources
    """What the transaction may still spend."""
    spending: Resources
    """The same while an interaction runs; lost if it is ended by an error."""
    infinite: Resources
    gas_price: U256
    native_per_gas: U256
    native_per_pubdata: U64
    native_limit: U64
    """Before anything was charged, the withheld part excluded."""
    withheld: U64
    """Native beyond what may be used to compute; pays for pubdata at the end."""
    validation_pubdata: U64
    """Bytes already paid for when execution starts."""

    sender_environment: U8
    sender_nonce: U64
    sender_is_code: bool
    by_contract: bool
    """Whether the sender's code validates, pays and executes."""
    signing_hash: Bytes32

    def __init__(self, system: System, runner: Runner) -> None:
        self.system = system
        self.io = system.io
        self.runner = runner
        self.transaction = Transaction()
        self.access_list = AccessList()
        self.hasher = TransactionHasher(
            self.transaction,
            self.access_list,
            system.metadata.chain_id,
            system.keccak,
        )
        self.outcome = Outcome()
        bits = system.options.quirk_bits
        self.aborts = bits & QUIRK_TRANSACTION_ABORTS_BLOCK != 0
        self.burns_fee = bits & QUIRK_BURNS_FEE != 0
        self.resources = Resources(U64(0), U64(0))
        self.spending = Resources(U64(0), U64(0))
        self.infinite = Resources(U64(0), U64(0))
        self.gas_price = U256(0)
        self.native_per_gas = U256(0)
        self.native_per_pubdata = U64(0)
        self.native_limit = U64(0)
        self.withheld = U64(0)
        self.validation_pubdata = U64(0)
        self.sender_environment = NO_ENVIRONMENT
        self.sender_nonce = U64(0)
        self.sender_is_code = False
        self.by_contract = False
        self.signing_hash = Bytes32(0)

    def unlimited(self) -> Resources:
        """Resources for what nobody pays for."""
        infinite = self.infinite
        infinite.ergs = INFINITE
        infinite.native = INFINITE
        return infinite

    def interact(
        self,
        caller: Address,
        callee: Address,
        value: U256,
        input: ByteView,  # noqa: A002 - the field's term
    ) -> bool:
        """Call `callee` with all resources; whether it succeeded.

        A failure undoes all that follows the look at the caller. The output is the
        runner's. An error leaves `resources` as they were before. Raises OutOfNative
        and Fatal.
        """
        resources = self.resources
        spending = self.spending
        spending.ergs = resources.ergs
        spending.native = resources.native
        account = self.io.read_account(NO_ENVIRONMENT, spending, caller)
        environment = account.environment()
        snapshot = self.io.start_frame()
        success = self.runner.call(spending, environment, caller, callee, value, input)
        self.io.finish_frame(snapshot, not success)
        resources.ergs = spending.ergs
        resources.native = spending.native
        return success
