"""The state py-evm works on, loaded from ours and read back as differences.

py-evm keeps its own journal and tries over an in-memory database; what is added is
a note of every account and slot written, since only those can have changed.
"""

from collections import defaultdict
from typing import Any, Final

from eth.db.account import AccountDB
from eth.db.atomic import AtomicDB
from eth.vm.execution_context import ExecutionContext
from eth.vm.forks.prague.state import PragueState

from differential.outcome import AccountDiff, SlotDiff
from differential.policy import Policy
from differential.reference.py_evm.computation import ReferenceComputation
from differential.reference.py_evm.executor import ReferenceExecutor
from differential.reference.py_evm.precompiles import Precompile, precompiles
from differential.reference.rules import Rules, Unanswerable
from zkos.host.signing import keccak256
from zkos.host.state import ACCOUNTS, ChainState

NO_CODE_HASH: Final = keccak256(b"")
MOST_ETHER: Final = 2**256 - 1


class NotingAccountDB(AccountDB):  # type: ignore[misc]
    """py-evm's accounts; notes what was ever written."""

    def __init__(self, *arguments: Any) -> None:
        super().__init__(*arguments)
        self.written_accounts: set[bytes] = set()
        self.written_slots: dict[bytes, set[int]] = defaultdict(set)
        self.wiped: set[bytes] = set()

    def forget(self) -> None:
        """Start noting from here."""
        self.written_accounts.clear()
        self.written_slots.clear()
        self.wiped.clear()

    def set_balance(self, address: bytes, balance: int) -> None:
        if balance > MOST_ETHER:
            raise Unanswerable(f"more ether than there can be at 0x{address.hex()}")
        super().set_balance(address, balance)

    def set_storage(self, address: bytes, slot: int, value: int) -> None:
        self.written_slots[address].add(slot)
        super().set_storage(address, slot, value)

    def delete_account(self, address: bytes) -> None:
        self.written_accounts.add(address)
        super().delete_account(address)

    def _set_account(self, address: bytes, account: Any) -> None:
        self.written_accounts.add(address)
        super()._set_account(address, account)

    def _wipe_storage(self, address: bytes) -> None:
        self.wiped.add(address)
        super()._wipe_storage(address)


class ReferenceState(PragueState):  # type: ignore[misc]
    """A Prague state that knows the rules and where it came from."""

    computation_class = ReferenceComputation
    account_db_class = NotingAccountDB
    transaction_executor_class = ReferenceExecutor

    rules: Rules
    before: dict[bytes, dict[int, int]]
    """Slots before the block, by account, without zeros."""
    seen_slots: dict[bytes, set[int]]
    """Slots touched in the block, by account."""
    empty_contracts: set[bytes]
    """Accounts that were deployed with empty code."""
    constructing: list[bytes]
    """Accounts whose constructors run, the innermost last."""
    heap_bytes: int
    """Memory of all live frames."""
    precompile_table: dict[bytes, Precompile]
    burns: bool
    """Whether the base fee of the transaction that ends is burned."""

    @property
    def policy(self) -> Policy:
        return self.rules.policy

    @property
    def accounts(self) -> NotingAccountDB:
        """The database below."""
        accounts: NotingAccountDB = self._account_db
        return accounts

    @property
    def blob_base_fee(self) -> int:
        return self.rules.blob_base_fee()

    def set_system_contracts(self) -> None:
        """They are part of the state or they are not."""

    def get_tip(self, transaction: Any) -> int:
        """Wei a gas that the coinbase gets."""
        if self.burns:
            return int(super().get_tip(transaction))
        return int(self.get_gas_price(transaction))

    def is_address_warm(self, address: bytes) -> bool:
        number = int.from_bytes(address, "big")
        return number in self.rules.warm or self.accounts.is_address_warm(address)

    def mark_storage_warm(self, address: bytes, slot: int) -> None:
        self.seen_slots[address].add(slot)
        super().mark_storage_warm(address, slot)

    def has_record(self, address: bytes) -> bool:
        """Whether py-evm has an account, even an empty one."""
        return bool(self.accounts.account_exists(address))

    def account_exists(self, address: bytes) -> bool:
        """Whether Ethereum has an account: storage alone makes none."""
        return self.has_record(address) and not self.account_is_empty(address)

    def has_storage(self, address: bytes) -> bool:
        """Whether any slot of an account is not zero."""
        slots = {*self.before.get(address, ()), *self.accounts.written_slots[address]}
        return any(self.get_storage(address, slot) for slot in slots)

    def changed_accounts(self, state: ChainState) -> tuple[AccountDiff, ...]:
        """Accounts that differ from those of `state`, by address."""
        written = {*self.accounts.written_accounts, *self.accounts.wiped}
        changed = []
        for address in sorted(written):
            number = int.from_bytes(address, "big")
            before = state.account(number)
            old_hash = NO_CODE_HASH
            if before.observable_length:
                old_hash = before.observable_hash
            new = self.get_balance(address), self.get_nonce(address)
            new_hash = self.get_code_hash(address)
            if (*new, new_hash) != (before.balance, before.nonce, old_hash):
                code_hash = int.from_bytes(new_hash, "big")
                changed.append(AccountDiff(number, *new, code_hash))
        return tuple(changed)

    def changed_slots(self) -> tuple[SlotDiff, ...]:
        """Slots that differ from those before the block, by address and key."""
        names = {
            (address, slot)
            for address, slots in self.accounts.written_slots.items()
            for slot in slots
        }
        for address in self.accounts.wiped:
            names.update((address, slot) for slot in self.before.get(address, ()))
        changed = []
        for address, slot in sorted(names):
            value = self.get_storage(address, slot)
            if value != self.before.get(address, {}).get(slot, 0):
                changed.append(SlotDiff(int.from_bytes(address, "big"), slot, value))
        return tuple(changed)


def load_state(state: ChainState, rules: Rules) -> ReferenceState:
    """A reference state with all accounts and slots of ours."""
    root = AccountDB(AtomicDB()).state_root
    reference = ReferenceState(AtomicDB(), _context(rules), root)
    reference.rules = rules
    reference.before = defaultdict(dict)
    reference.seen_slots = defaultdict(set)
    reference.empty_contracts = set()
    reference.constructing = []
    reference.heap_bytes = 0
    reference.precompile_table = precompiles(rules)
    for flat_key, slot in state.slots.items():
        if slot.address == ACCOUNTS:
            _load_account(reference, state, slot.key)
            continue
        value = int.from_bytes(state.tree.value(flat_key) or b"", "big")
        if value:
            address = slot.address.to_bytes(20, "big")
            reference.before[address][slot.key] = value
            reference.set_storage(address, slot.key, value)
    # Nobody asks for the root before the block: values count as old all the same.
    reference.lock_changes()
    reference.accounts.forget()
    return reference


def _load_account(reference: ReferenceState, state: ChainState, number: int) -> None:
    account = state.account(number)
    address = number.to_bytes(20, "big")
    if account.balance or account.nonce or account.bytecode_length:
        reference.set_balance(address, account.balance)
        reference.set_nonce(address, account.nonce)
    if account.bytecode_length:
        reference.set_code(address, state.code(number))
    elif account.versioning:
        reference.empty_contracts.add(address)


def _context(rules: Rules) -> ExecutionContext:
    """What opcodes see of the block."""
    context = rules.context
    return ExecutionContext(
        coinbase=context.coinbase.to_bytes(20, "big"),
        timestamp=context.timestamp,
        block_number=context.block_number,
        difficulty=0,
        mix_hash=rules.prevrandao.to_bytes(32, "big"),
        gas_limit=context.gas_limit,
        prev_hashes=[value.to_bytes(32, "big") for value in context.block_hashes or ()],
        chain_id=context.chain_id,
        base_fee_per_gas=context.eip1559_basefee,
        excess_blob_gas=0,
    )
