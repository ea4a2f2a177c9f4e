"""The account cache: warmness, loading, balances, nonces and the history.

Prices are system spec 3.2: they depend on what this transaction has touched, never on
what the block has seen. Where accounts come from is the storage model's business
(`backing`). Versioned state is saved in the journal once a frame, as in `storage`.
"""

from enum import Enum

from zkos.guest.protocol.addresses import (
    EXTRA_PRECOMPILES_VARY,
    HIGHEST_PRECOMPILE,
    P256_IS_PRECOMPILE,
    P256_VERIFY,
    POINT_EVALUATION,
)
from zkos.guest.protocol.environment import NO_ENVIRONMENT, runs_code
from zkos.guest.protocol.io_ergs import (
    ERGS_ACCOUNT_COLD,
    ERGS_ACCOUNT_LISTED,
    ERGS_ACCOUNT_WARM,
    ERGS_DESTRUCT_COLD,
    UNSEEN_IS_UNPROVEN,
)
from zkos.guest.protocol.native import (
    ABSENCE_IS_PAID_ONCE,
    ACCOUNT_CHANGES_ARE_PAID,
    NATIVE_ACCOUNT_UPDATE,
    NATIVE_ACCOUNT_WARM,
    code_native,
)
from zkos.guest.protocol.options import OPTION_EXTRA_PRECOMPILES
from zkos.guest.state.absence import after_write
from zkos.guest.state.account import Account, Properties
from zkos.guest.state.backing import Backing
from zkos.guest.state.preimages import PREIMAGE_CODE, Preimage
from zkos.guest.state.storage import StorageCache
from zkos.guest.system.errors import Fatal, InsufficientBalance, NonceOverflow
from zkos.guest.system.resources import Resources
from zkos.lang.control import inline, noinline, urange
from zkos.lang.intrinsics import option_word
from zkos.lang.ints import U8, U32, U64, U256, Address
from zkos.lang.memory import NOT_FOUND, ByteView, List, Map, allocate_bytes


class Access(Enum):
    """Why an account is touched; it decides the ergs."""

    ORDINARY = 0
    LISTED = 1
    """Named by an access list."""
    DESTRUCT = 2
    """By SELFDESTRUCT, which has paid for a warm account."""
    HOOK = 3
    """To run a hook that is there: what the account holds does not matter."""


class AccountUndo:
    """A journal entry: the versioned state of an account before a frame changed it."""

    account: Account
    properties: Properties
    """Of the first entry of a transaction, what the account was at its start."""
    not_publish: bool
    unset: bool
    deconstructed: bool
    deployed_in: U32
    touched_in: U32
    journaled: U32
    """0 marks the account's first history entry of the transaction."""

    def __init__(self, account: Account) -> None:
        self.account = account
        self.properties = Properties()
        self.not_publish = False
        self.unset = False
        self.deconstructed = False
        self.deployed_in = U32(0)
        self.touched_in = U32(0)
        self.journaled = U32(0)

    def save(self, account: Account) -> None:
        self.account = account
        account.store_into(self.properties)
        self.not_publish = account.not_publish
        self.unset = account.unset
        self.deconstructed = account.deconstructed
        self.deployed_in = account.deployed_in
        self.touched_in = account.touched_in
        self.journaled = account.journaled

    def restore(self) -> None:
        account = self.account
        account.restore(self.properties)
        account.not_publish = self.not_publish
        account.unset = self.unset
        account.deconstructed = self.deconstructed
        account.deployed_in = self.deployed_in
        account.touched_in = self.touched_in
        account.journaled = self.journaled


class AccountCache:
    """All accounts of the block, in the order in which they were first loaded."""

    backing: Backing
    storage: StorageCache
    p256_is_cold: bool
    """Upstream's fault, see `QUIRK_P256_IS_COLD`."""
    accounts: List[Account]
    by_address: Map[Address, Account]
    no_code: Preimage
    transaction: U32
    """The current transaction, counted from 1."""
    journal: List[AccountUndo]
    """Entries are reused: only the first `journal_length` count."""
    journal_length: U32
    frame_start: U32
    """Journal length at the start of the innermost frame."""

    def __init__(
        self, backing: Backing, storage: StorageCache, p256_is_cold: bool
    ) -> None:
        self.backing = backing
        self.storage = storage
        self.p256_is_cold = p256_is_cold
        self.accounts = List(Account)
        self.by_address = Map(Address, Account)
        self.no_code = Preimage(U256(0), allocate_bytes(0), PREIMAGE_CODE)
        self.transaction = U32(0)
        self.journal = List(AccountUndo)
        self.journal_length = U32(0)
        self.frame_start = U32(0)

    def begin_transaction(self) -> None:
        """Make all history permanent and all accounts cold."""
        journal = self.journal
        for index in urange(self.journal_length):
            journal[index].account.journaled = U32(0)
        self.journal_length = U32(0)
        self.frame_start = U32(0)
        self.transaction = self.transaction + 1

    def rollback(self, length: U32) -> None:
        """Undo everything since the journal had this length."""
        index = self.journal_length
        while index > length:
            index = index - 1
            self.journal[index].restore()
        self.journal_length = index

    def save(self, account: Account) -> None:
        """Make a history entry before a change, unless this frame already has one."""
        if account.journaled > self.frame_start:
            return
        index = self.journal_length
        if index == self.journal.length():
            self.journal.append(AccountUndo(account))
        self.journal[index].save(account)
        self.journal_length = index + 1
        account.journaled = index + 1

    def wipe_deconstructed(self) -> None:
        """Zero what this transaction destroyed, and its cached slots (system spec 3.5).

        In place, once: a later transaction finds an account like any other.
        """
        for index in urange(self.journal_length):
            undo = self.journal[index]
            account = undo.account
            if undo.journaled == 0 and account.deconstructed:
                account.restore(Properties())
                account.deconstructed = False
                self.storage.clear_address(account.address)

    def get(self, address: Address) -> Account:
        """An account that is already in the cache; trap otherwise."""
        entry = self.by_address.find(address)
        assert entry != NOT_FOUND, "account not in the cache"
        return self.by_address.value(entry)

    def touch(
        self, environment: U8, resources: Resources, address: Address, access: Access
    ) -> Account:
        """The account, loaded and warm.

        Raises OutOfErgs, OutOfNative, Fatal; gas is charged before the oracle is asked.
        """
        resources.charge(warm_ergs(environment, access), NATIVE_ACCOUNT_WARM)
        entry = self.by_address.find(address)
        if entry != NOT_FOUND:
            account = self.by_address.value(entry)
            if account.touched_in == self.transaction:
                if UNSEEN_IS_UNPROVEN:
                    self.look_at(account, access)
                return account
            resources.charge(self.cold_ergs(environment, address, access), U64(0))
            resources.charge(U64(0), self.backing.account_native(account.unset))
        else:
            resources.charge(self.cold_ergs(environment, address, access), U64(0))
            account = self.load(resources, address)

        if UNSEEN_IS_UNPROVEN:
            self.look_at(account, access)
        self.save(account)
        account.touched_in = self.transaction
        if ABSENCE_IS_PAID_ONCE:
            account.unset = False
        return account

    def load(self, resources: Resources, address: Address) -> Account:
        """Bring an account into the cache, for native only. Raises OutOfNative."""
        account = Account(address, self.no_code)
        self.storage.mark(self.backing.account(resources, account))
        self.by_address.insert(address, account)
        self.accounts.append(account)
        return account

    def look_at(self, account: Account, access: Access) -> None:
        """Have the account proven, unless it is only made warm."""
        if access is not Access.LISTED and access is not Access.HOOK:
            self.backing.observe(account)

    def cold_ergs(self, environment: U8, address: Address, access: Access) -> U64:
        """What a cold account costs more; precompiles are never cold (EIP-2929)."""
        if not runs_code(environment) or self.is_precompile(address):
            return U64(0)
        return ERGS_DESTRUCT_COLD if access is Access.DESTRUCT else ERGS_ACCOUNT_COLD

    def is_precompile(self, address: Address) -> bool:
        """Whether the address counts as one, installed or not."""
        if address > P256_VERIFY:
            return False
        if address == P256_VERIFY:
            return P256_IS_PRECOMPILE and not self.p256_is_cold
        if EXTRA_PRECOMPILES_VARY and has_extra_precompiles():
            return address != 0 and address <= POINT_EVALUATION
        return address != 0 and address <= HIGHEST_PRECOMPILE

    # Code

    def load_code(self, resources: Resources, account: Account) -> None:
        """Bring the account's stored code into the cache; paid for every time.

        Raises OutOfNative, and Fatal for a record that contradicts itself.
        """
        digest = account.bytecode_hash
        if digest != 0:
            length = account.stored_length()
            resources.charge(U64(0), code_native(length))
            if account.code.hash != digest:
                account.code = self.backing.code(account)
            if account.code.data.length() != length:
                raise Fatal
        elif (
            account.code_length != 0
            or account.artifacts_length != 0
            or account.observable_hash != 0
            or account.observable_length != 0
        ):
            raise Fatal

    @noinline
    def stored_code(self, account: Account) -> ByteView:
        """Code, padding and artifacts; empty without code. Nobody pays for it here."""
        digest = account.bytecode_hash
        if digest == 0:
            return self.no_code.data
        if account.code.hash != digest:
            account.code = self.backing.code(account)
        return account.code.data

    def code(self, account: Account) -> ByteView:
        """The code as others see it; empty without code."""
        return self.stored_code(account).window(0, account.code_length)

    # Changes

    @inline
    def pay_change(self, resources: Resources, account: Account) -> None:
        """Pay for what writes the account at the end of the block, in some versions.

        Once a transaction. Raises OutOfNative.
        """
        if ACCOUNT_CHANGES_ARE_PAID:
            self.pay_record(resources, account)

    def pay_record(self, resources: Resources, account: Account) -> None:
        """Pay for a change of the account's hash, unless this transaction has."""
        slots = self.backing.own_slots.slots
        slot = slots.value(slots.find(U256(account.address)))
        native = slot.account_native(self.transaction)
        if native != 0:
            resources.charge(U64(0), native)
            self.storage.save(slot)
            slot.account_paid(self.transaction)

    def update(
        self, environment: U8, resources: Resources, address: Address, access: Access
    ) -> Account:
        """The account, warm and ready for a change of its properties.

        Raises OutOfErgs, OutOfNative, Fatal.
        """
        account = self.touch(environment, resources, address, access)
        resources.charge(U64(0), NATIVE_ACCOUNT_UPDATE)
        self.save(account)
        return account

    def increment_nonce(
        self, environment: U8, resources: Resources, address: Address
    ) -> U64:
        """Add one to the nonce; the nonce before.

        Raises OutOfErgs, OutOfNative, Fatal, NonceOverflow.
        """
        account = self.update(environment, resources, address, Access.ORDINARY)
        self.pay_change(resources, account)
        before = account.nonce
        after, overflow = before.overflowing_add(1)
        if overflow:
            raise NonceOverflow
        account.nonce = after
        account.unset = after_write(account.unset)
        return before

    def add_balance(
        self,
        environment: U8,
        resources: Resources,
        address: Address,
        amount: U256,
        access: Access,
    ) -> None:
        """Credit an account.

        Raises OutOfErgs, OutOfNative, Fatal, InsufficientBalance above 2**256 - 1.
        """
        account = self.update(environment, resources, address, access)
        after, overflow = account.balance.overflowing_add(amount)
        if overflow:
            raise InsufficientBalance
        if ACCOUNT_CHANGES_ARE_PAID and amount != 0:
            self.pay_record(resources, account)
        account.balance = after
        account.unset = after_write(account.unset)

    def sub_balance(
        self,
        environment: U8,
        resources: Resources,
        address: Address,
        amount: U256,
        access: Access,
    ) -> None:
        """Debit an account.

        Raises OutOfErgs, OutOfNative, Fatal, InsufficientBalance.
        """
        account = self.update(environment, resources, address, access)
        after, underflow = account.balance.overflowing_sub(amount)
        if underflow:
            raise InsufficientBalance
        if ACCOUNT_CHANGES_ARE_PAID and amount != 0:
            self.pay_record(resources, account)
        account.balance = after
        account.unset = after_write(account.unset)


def warm_ergs(environment: U8, access: Access) -> U64:
    """What touching a warm account costs; raises Fatal for unknown environments."""
    if runs_code(environment):
        return U64(0) if access is Access.DESTRUCT else ERGS_ACCOUNT_WARM
    if environment == NO_ENVIRONMENT:
        return ERGS_ACCOUNT_LISTED if access is Access.LISTED else U64(0)
    raise Fatal


def has_extra_precompiles() -> bool:
    """Whether the run has those that no production system has."""
    return option_word(U32(0)) & OPTION_EXTRA_PRECOMPILES != 0
