"""The account cache: warmness, loading, balances, nonces and the history.

Prices are system spec 3.2. Account hashes are slots of address 0x8003 in the storage
cache; a changed account gets its new hash there when the block is sealed (`flush`).
Versioned state is saved in the journal once a frame, as in `storage`.
"""

from enum import Enum

from zkos.guest.protocol.addresses import ACCOUNT_PROPERTIES, HIGHEST_PRECOMPILE
from zkos.guest.protocol.environment import NO_ENVIRONMENT, runs_code
from zkos.guest.protocol.io_ergs import (
    ERGS_ACCOUNT_COLD,
    ERGS_ACCOUNT_LISTED,
    ERGS_ACCOUNT_WARM,
    ERGS_DESTRUCT_COLD,
)
from zkos.guest.protocol.native import (
    NATIVE_ACCOUNT_TOUCH,
    NATIVE_ACCOUNT_UPDATE,
    NATIVE_PREIMAGE_CACHED,
)
from zkos.guest.state.account import ENCODED_BYTES, Account, Properties
from zkos.guest.state.preimages import (
    PREIMAGE_ACCOUNT,
    PREIMAGE_CODE,
    Preimage,
    PreimageCache,
)
from zkos.guest.state.storage import StorageCache
from zkos.guest.system.errors import Fatal, InsufficientBalance, NonceOverflow
from zkos.guest.system.resources import Resources
from zkos.lang.control import urange
from zkos.lang.ints import U8, U32, U64, U256, Address
from zkos.lang.memory import NOT_FOUND, ByteView, List, Map, allocate_bytes


class Access(Enum):
    """Why an account is touched; it decides the ergs."""

    ORDINARY = 0
    LISTED = 1
    """Named by an access list."""
    DESTRUCT = 2
    """By SELFDESTRUCT, which has paid for a warm account."""


class AccountUndo:
    """A journal entry: the versioned state of an account before a frame changed it."""

    account: Account
    properties: Properties
    not_publish: bool
    deconstructed: bool
    deployed_in: U32
    touched_in: U32
    journaled: U32
    """0 marks the account's first history entry of the transaction."""

    def __init__(self, account: Account) -> None:
        self.account = account
        self.properties = Properties()
        self.not_publish = False
        self.deconstructed = False
        self.deployed_in = U32(0)
        self.touched_in = U32(0)
        self.journaled = U32(0)

    def save(self, account: Account) -> None:
        self.account = account
        account.store_into(self.properties)
        self.not_publish = account.not_publish
        self.deconstructed = account.deconstructed
        self.deployed_in = account.deployed_in
        self.touched_in = account.touched_in
        self.journaled = account.journaled

    def restore(self) -> None:
        account = self.account
        account.restore(self.properties)
        account.not_publish = self.not_publish
        account.deconstructed = self.deconstructed
        account.deployed_in = self.deployed_in
        account.touched_in = self.touched_in
        account.journaled = self.journaled


class AccountCache:
    """All accounts of the block, in the order in which they were first loaded."""

    storage: StorageCache
    preimages: PreimageCache
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

    def __init__(self, storage: StorageCache, preimages: PreimageCache) -> None:
        self.storage = storage
        self.preimages = preimages
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

    def wipe_deconstructed(self, again: bool) -> None:
        """Zero what this transaction destroyed, and its cached slots (system spec 3.5).

        `again` keeps the mark, so that later transactions wipe the account too.
        """
        for index in urange(self.journal_length):
            undo = self.journal[index]
            account = undo.account
            if undo.journaled == 0 and account.deconstructed:
                account.restore(Properties())
                account.deconstructed = again
                self.storage.clear_address(account.address)

    def flush(self) -> None:
        """Write the hashes of changed accounts into their slots (state spec 3)."""
        for index in urange(self.accounts.length()):
            account = self.accounts[index]
            if account.changed():
                self.flush_account(account)

    def flush_account(self, account: Account) -> None:
        encoded = allocate_bytes(ENCODED_BYTES)
        account.encode(encoded)
        digest = U256(self.preimages.blake2s.hash(encoded))
        self.preimages.keep(digest, encoded, PREIMAGE_ACCOUNT)
        slots = self.storage.slots_of(ACCOUNT_PROPERTIES)
        entry = slots.find(U256(account.address))
        assert entry != NOT_FOUND, "an account without its slot"
        self.storage.set_value(slots.value(entry), digest)

    def get(self, address: Address) -> Account:
        """An account that is already in the cache; trap otherwise."""
        entry = self.by_address.find(address)
        assert entry != NOT_FOUND, "account not in the cache"
        return self.by_address.value(entry)

    def code(self, account: Account) -> ByteView:
        """The code of an account that was read or deployed; empty without code.

        All that is known by its hash, whatever length the account claims.
        """
        digest = account.bytecode_hash
        if digest == 0:
            return self.no_code.data
        if account.code.hash != digest:
            account.code = self.preimages.get(digest)
        return account.code.data

    def touch(
        self, environment: U8, resources: Resources, address: Address, access: Access
    ) -> Account:
        """The account, loaded and warm.

        Raises OutOfErgs, OutOfNative, Fatal; gas is charged before the oracle is asked.
        """
        resources.charge(warm_ergs(environment, access), NATIVE_ACCOUNT_TOUCH)
        entry = self.by_address.find(address)
        if entry == NOT_FOUND:
            resources.charge(cold_ergs(environment, address, access), U64(0))
            account = self.load(resources, address)
        else:
            account = self.by_address.value(entry)
            if account.touched_in == self.transaction:
                return account
            resources.charge(cold_ergs(environment, address, access), U64(0))

        self.save(account)
        account.touched_in = self.transaction
        return account

    def load(self, resources: Resources, address: Address) -> Account:
        """Bring an account into the cache, for native only."""
        slot, _cold = self.storage.access(
            NO_ENVIRONMENT, resources, ACCOUNT_PROPERTIES, U256(address)
        )
        account = Account(address, self.no_code)
        if slot.current != 0:
            encoded = self.preimages.load(
                resources, slot.current, ENCODED_BYTES, PREIMAGE_ACCOUNT
            )
            account.decode(encoded.data.window(0, ENCODED_BYTES))
            account.store_into(account.initial)
        self.by_address.insert(address, account)
        self.accounts.append(account)
        return account

    def read(self, environment: U8, resources: Resources, address: Address) -> Account:
        """The account with its code loaded, as every reader of properties pays.

        Raises OutOfErgs, OutOfNative, Fatal.
        """
        account = self.touch(environment, resources, address, Access.ORDINARY)
        digest = account.bytecode_hash
        if digest != 0 and account.code.hash == digest:
            resources.charge(U64(0), NATIVE_PREIMAGE_CACHED)
        elif digest != 0:
            account.code = self.preimages.load(
                resources, digest, account.bytecode_length, PREIMAGE_CODE
            )
        elif (
            account.bytecode_length != 0
            or account.artifacts_length != 0
            or account.observable_hash != 0
            or account.observable_length != 0
        ):
            raise Fatal
        return account

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
        before = account.nonce
        after, overflow = before.overflowing_add(1)
        if overflow:
            raise NonceOverflow
        account.nonce = after
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
        account.balance = after

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
        account.balance = after


def warm_ergs(environment: U8, access: Access) -> U64:
    """What touching a warm account costs; raises Fatal for unknown environments."""
    if runs_code(environment):
        return U64(0) if access is Access.DESTRUCT else ERGS_ACCOUNT_WARM
    if environment == NO_ENVIRONMENT:
        return ERGS_ACCOUNT_LISTED if access is Access.LISTED else U64(0)
    raise Fatal


def cold_ergs(environment: U8, address: Address, access: Access) -> U64:
    """What a cold account costs more; precompiles are never cold (EIP-2929)."""
    if not runs_code(environment):
        return U64(0)
    precompile = address != 0 and address <= HIGHEST_PRECOMPILE
    ergs = U64(0) if precompile else ERGS_ACCOUNT_COLD
    if access is Access.DESTRUCT:
        ergs = ergs + ERGS_DESTRUCT_COLD
    return ergs
