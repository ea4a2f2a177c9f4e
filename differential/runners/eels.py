"""The executable specification of Ethereum as an engine: the arbiter.

Needs the extra `eels`. It is asked when py-evm and ours disagree; see
`differential.reference.specs` for the rules it is run under.
"""

import time
from collections.abc import Collection, Iterator
from typing import Any

from ethereum.exceptions import EthereumException
from ethereum.forks.cancun import fork, vm
from ethereum.forks.cancun.state import (
    TransientStorage,
    account_has_code_or_nonce,
    account_has_storage,
    destroy_account,
    get_account,
    increment_nonce,
    set_account_balance,
)
from ethereum.forks.cancun.transactions import (
    LegacyTransaction,
    calculate_intrinsic_cost,
    decode_transaction,
    validate_transaction,
)
from ethereum.forks.cancun.utils.message import prepare_message
from ethereum.forks.cancun.vm.interpreter import process_create_message, process_message
from ethereum_rlp import rlp
from ethereum_types.bytes import Bytes
from ethereum_types.numeric import U256, Uint

from differential.known import (
    BOOTLOADER_BALANCE_SWEPT,
    CREATION_GAS_IN_EXECUTION,
    FEE_LIMIT,
    FEES_HELD_BY_BOOTLOADER,
    FEES_TO_COINBASE,
    NO_GAS_POOL,
    NO_REFUNDS,
    OUT_OF_NATIVE,
    Policy,
)
from differential.outcome import (
    Detail,
    Log,
    Outcome,
    Result,
    TransactionOutcome,
    TransactionStatus,
)
from differential.reference import specs
from differential.reference.transactions import declared_sender, envelope
from zkos.guest.protocol.addresses import BOOTLOADER
from zkos.host.case import Block
from zkos.host.profile import Profile, RunOptions
from zkos.host.state import ChainState
from zkos.host.transactions import TransactionError

INVALID = TransactionOutcome(TransactionStatus.INVALID, reason=None)
REFUSALS = (EthereumException, OverflowError)
CREATION_GAS = 32000
FEE_BOUND = 2**128
FIRST_LEGACY_BYTE = 0xC0


def run_block(block: Block, state: ChainState, options: RunOptions) -> Outcome:
    """Run a block on a state, which stays as it is; raises CaseError.

    What Ethereum cannot be asked is a crash whose reason begins with `unsupported`.
    """
    return run_with(block, state, Policy.of(options), options)


def run_with(
    block: Block,
    state: ChainState,
    policy: Policy,
    options: RunOptions,
    *,
    out_of_native: Collection[int] = (),
    excess_blob_gas: int = 0,
) -> Outcome:
    """The same under any policy; `out_of_native` are transactions that ran out."""
    if options.profile is not Profile.REPLAY:
        reason = "unsupported: system hooks and limited native resource"
        return Outcome(Result.CRASH, reason)
    if block.edits:
        return Outcome(Result.CRASH, "unsupported: a host that lies")
    started = time.perf_counter()
    loaded = specs.load_state(state)
    around = specs.environment(block.context, loaded, excess_blob_gas)
    try:
        with specs.mocked_precompiles(policy):
            receipts = tuple(_receipts(block, around, policy, out_of_native))
    except TransactionError as error:
        return Outcome(Result.CRASH, f"unsupported: {error}")
    return Outcome(
        Result.SUCCESS,
        transactions=receipts,
        seconds=time.perf_counter() - started,
        detail=Detail(
            accounts=specs.changed_accounts(loaded, state),
            storage=specs.changed_slots(loaded, state),
            declared=policy.declared(),
        ),
    )


def _receipts(
    block: Block,
    around: vm.BlockEnvironment,
    policy: Policy,
    out_of_native: Collection[int],
) -> Iterator[TransactionOutcome]:
    pool = block.context.gas_limit
    for index, item in enumerate(block.transactions):
        policy.transaction = index
        step = _Step(around, policy, native_left=index not in out_of_native)
        data = envelope(item, block.context.chain_id)
        try:
            transaction = _decode(data)
            beyond = pool < int(transaction.gas) <= block.context.gas_limit
            if beyond and not policy.fire(NO_GAS_POOL):
                yield INVALID
                continue
            receipt = step.apply(transaction, declared_sender(item))
        except REFUSALS:
            receipt = INVALID
        step.sweep()
        pool -= receipt.gas_used or 0
        yield receipt


def _decode(data: bytes) -> Any:
    if data[0] >= FIRST_LEGACY_BYTE:
        return rlp.decode_to(LegacyTransaction, data)
    return decode_transaction(Bytes(data))


class _Refused(EthereumException):  # type: ignore[misc]
    """The transaction is invalid."""


class _Step:
    """One transaction: everything that raises comes before the first change."""

    def __init__(
        self, around: vm.BlockEnvironment, policy: Policy, *, native_left: bool
    ) -> None:
        self.around = around
        self.state = around.state
        self.policy = policy
        self.takes_all = not native_left and policy.fire(OUT_OF_NATIVE)
        self.bootloader = specs.address_of(int(BOOTLOADER))

    def apply(self, transaction: Any, claimed: int | None) -> TransactionOutcome:
        """Check, execute and settle. Raises EthereumException for an invalid one."""
        sender, price = self._check(transaction, claimed)
        gas = transaction.gas - _intrinsic_gas(transaction)
        increment_nonce(self.state, sender)
        self._add(sender, -int(transaction.gas * price))
        self._hold(int(transaction.gas * price))
        evm = None
        if not self.takes_all:
            evm = self._execute(transaction, sender, price, gas)
        gas_left = 0 if evm is None else int(evm.gas_left)
        return self._settle(transaction, sender, int(price), evm, gas_left)

    def _check(self, transaction: Any, claimed: int | None) -> tuple[Any, Any]:
        try:
            validate_transaction(transaction)
        except EthereumException:
            missing = int(calculate_intrinsic_cost(transaction)) - int(transaction.gas)
            short = not transaction.to and 0 < missing <= CREATION_GAS
            if not short or not self.policy.allows(CREATION_GAS_IN_EXECUTION):
                raise
            self.takes_all = True
        # A fresh output: the gas pool of the block is the caller's business.
        checked = fork.check_transaction(self.around, vm.BlockOutput(), transaction)
        sender, price = checked[0], checked[1]
        if claimed not in (None, int.from_bytes(sender, "big")):
            raise _Refused
        maximum = getattr(transaction, "max_fee_per_gas", price)
        large = int(maximum) * max(1, int(transaction.gas)) >= FEE_BOUND
        if large and self.policy.fire(FEE_LIMIT):
            raise _Refused
        if self.takes_all and int(transaction.gas) < int(
            calculate_intrinsic_cost(transaction)
        ):
            self.policy.fire(CREATION_GAS_IN_EXECUTION)
        return sender, price

    def _execute(self, transaction: Any, sender: Any, price: Any, gas: Any) -> Any:
        """The finished top frame; None for a creation that met an account."""
        addresses, slots = {self.around.coinbase}, set[Any]()
        if self.policy.allows(FEES_HELD_BY_BOOTLOADER):
            addresses.add(self.bootloader)
        for access in getattr(transaction, "access_list", ()):
            addresses.add(access.account)
            slots.update((access.account, slot) for slot in access.slots)
        context = vm.TransactionEnvironment(
            origin=sender,
            gas_price=price,
            gas=gas,
            access_list_addresses=addresses,
            access_list_storage_keys=slots,
            transient_storage=TransientStorage(),
            blob_versioned_hashes=(),
            index_in_block=Uint(0),
            tx_hash=None,
        )
        message = prepare_message(self.around, context, transaction)
        if message.target:
            return process_message(message)
        target = message.current_target
        collides = account_has_code_or_nonce(self.state, target)
        if collides or account_has_storage(self.state, target):
            return None
        return process_create_message(message)

    def _settle(
        self, transaction: Any, sender: Any, price: int, evm: Any, gas_left: int
    ) -> TransactionOutcome:
        success = evm is not None and not evm.error
        used = int(transaction.gas) - gas_left
        if success:
            refund = min(used // 5, int(evm.refund_counter))
            if refund and not self.policy.fire(NO_REFUNDS, refund):
                used -= refund
        self._add(sender, (int(transaction.gas) - used) * price)
        self._hold(-int(transaction.gas) * price)
        for address in evm.accounts_to_delete if success else ():
            destroy_account(self.state, address)
        self._pay_coinbase(used, price)
        created = success and not transaction.to
        return TransactionOutcome(
            TransactionStatus.SUCCESS if success else TransactionStatus.REVERTED,
            reason=None,
            gas_used=used,
            return_data=b"" if evm is None or created else bytes(evm.output),
            logs=tuple(_log(log) for log in evm.logs) if success else (),
        )

    def _pay_coinbase(self, used: int, price: int) -> None:
        burned = used * int(self.around.base_fee_per_gas)
        if burned and self.policy.fire(FEES_TO_COINBASE):
            burned = 0
        self._add(self.around.coinbase, used * price - burned)

    def sweep(self) -> None:
        """Give the coinbase what is left at the bootloader's address."""
        left = int(get_account(self.state, self.bootloader).balance)
        stays = left == 0 or self.around.coinbase == self.bootloader
        if not stays and self.policy.fire(BOOTLOADER_BALANCE_SWEPT):
            self._add(self.bootloader, -left)
            self._add(self.around.coinbase, left)

    def _hold(self, amount: int) -> None:
        if self.policy.allows(FEES_HELD_BY_BOOTLOADER):
            self._add(self.bootloader, amount)

    def _add(self, address: Any, amount: int) -> None:
        balance = int(get_account(self.state, address).balance)
        set_account_balance(self.state, address, U256(balance + amount))


def _intrinsic_gas(transaction: Any) -> Any:
    """The gas taken before execution, at most all there is."""
    return min(calculate_intrinsic_cost(transaction), transaction.gas)


def _log(log: Any) -> Log:
    topics = tuple(int.from_bytes(topic, "big") for topic in log.topics)
    return Log(int.from_bytes(log.address, "big"), topics, bytes(log.data))
