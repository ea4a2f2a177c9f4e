"""The end of a block: what the host claimed is proven, the tries are changed.

Every account and slot that somebody has looked at is looked up in the parent's state
and must be what the host said. Changes come after all look-ups of a trie, removals
last, so that no node is needed beyond those on the ways and what a removal pulls up.
"""

from zkos.guest.models.mpt.encoder import keccak_path
from zkos.guest.models.mpt.leaf import (
    AccountLeaf,
    account_in,
    account_leaf,
    value_in,
    value_leaf,
)
from zkos.guest.models.mpt.trie import Trie, TrieWorkshop
from zkos.guest.state.account import EMPTY_KECCAK, Account, Properties
from zkos.guest.state.address_slots import AddressSlots
from zkos.guest.state.slot import Slot
from zkos.lang.control import urange
from zkos.lang.ints import U256, Address
from zkos.lang.memory import NOT_FOUND, ByteView, List, Map, allocate_bytes
from zkos.lang.trap import trap


class Claim:
    """What the host said of an account besides its properties."""

    exists: bool
    """Whether it has a leaf."""
    observed: bool
    """Whether anybody has looked at it; others were only made warm."""
    storage_root: U256
    """Before the block, later what it has become."""

    def __init__(self, exists: bool, storage_root: U256) -> None:
        self.exists = exists
        self.observed = False
        self.storage_root = storage_root


class Settlement:
    """One per block."""

    workshop: TrieWorkshop
    claims: Map[Address, Claim]
    addresses: Map[Address, AddressSlots]
    accounts: List[Account]
    word: ByteView

    def __init__(self, claims: Map[Address, Claim]) -> None:
        self.workshop = TrieWorkshop()
        self.claims = claims
        self.addresses = Map(Address, AddressSlots)
        self.accounts = List(Account)
        self.word = allocate_bytes(32)

    def settle(self, root: U256) -> U256:
        """The root of the state after; traps if a claim about `root` is wrong."""
        state = Trie(self.workshop, root)
        accounts = self.accounts
        paths = List(ByteView)
        for index in urange(accounts.length()):
            account = accounts[index]
            path = self._path_of_address(account.address)
            paths.append(path)
            claim = self._claim(account.address)
            if claim.observed:
                prove(state.get(path), account.initial, claim)
        addresses = self.addresses
        for index in urange(addresses.length()):
            self._check_owner(addresses.key(index), addresses.value(index).slots)
        gone = List(ByteView)
        for index in urange(accounts.length()):
            account = accounts[index]
            claim = self._claim(account.address)
            if not claim.observed:
                continue
            before = claim.storage_root
            claim.storage_root = self._storage_root(account.address, before)
            if not differs(account) and claim.storage_root == before:
                if account.unset or not account.is_empty():
                    continue
            # Somebody may have written an account that is still empty (EIP-161).
            if not account.is_empty():
                state.put(paths[index], leaf_of(account, claim))
            elif claim.exists:
                gone.append(paths[index])
        for index in urange(gone.length()):
            state.remove(gone[index])
        return state.root_hash()

    def _storage_root(self, address: Address, before: U256) -> U256:
        """The root of an account's slots after the block."""
        entry = self.addresses.find(address)
        if entry == NOT_FOUND:
            return before
        slots = self.addresses.value(entry).slots
        trie = Trie(self.workshop, before)
        changed = List(Slot)
        paths = List(ByteView)
        for index in urange(slots.length()):
            slot = slots.value(index)
            if slot.is_new:
                continue
            path = self._path_of_key(slot.key)
            if value_in(trie.get(path)) != slot.initial:
                trap("a slot is not what the host said")
            if slot.current != slot.initial:
                changed.append(slot)
                paths.append(path)
        for index in urange(changed.length()):
            if changed[index].current != 0:
                trie.put(paths[index], value_leaf(changed[index].current))
        for index in urange(changed.length()):
            if changed[index].current == 0:
                trie.remove(paths[index])
        return trie.root_hash()

    def _check_owner(self, address: Address, slots: Map[U256, Slot]) -> None:
        """Slots that somebody has looked at are proven with their account."""
        for index in urange(slots.length()):
            if not slots.value(index).is_new:
                assert self._claim(address).observed, "a slot of nobody"
                return

    def _claim(self, address: Address) -> Claim:
        entry = self.claims.find(address)
        assert entry != NOT_FOUND, "an account nobody has claimed"
        return self.claims.value(entry)

    def _path_of_address(self, address: Address) -> ByteView:
        self.word.store_u256_be(0, U256(address))
        return keccak_path(self.workshop.keccak, self.word.window(12, 20))

    def _path_of_key(self, key: U256) -> ByteView:
        self.word.store_u256_be(0, key)
        return keccak_path(self.workshop.keccak, self.word)


def differs(account: Account) -> bool:
    """Whether Ethereum sees a change, which a code that was looked at is not."""
    before = account.initial
    return (
        account.nonce != before.nonce
        or account.balance != before.balance
        or account.observable_hash != before.observable_hash
    )


def prove(leaf: ByteView, claimed: Properties, claim: Claim) -> None:
    """Trap unless the host has told the truth about an account."""
    if not claim.exists:
        if leaf.length() != 0:
            trap("an account that exists was said not to")
        return
    if leaf.length() == 0:
        trap("an account that does not exist was said to")
    found = account_in(leaf)
    code_hash = claimed.observable_hash
    if code_hash == 0:
        code_hash = EMPTY_KECCAK
    if (
        found.nonce != claimed.nonce
        or found.balance != claimed.balance
        or found.storage_root != claim.storage_root
        or found.code_hash != code_hash
    ):
        trap("an account is not what the host said")


def leaf_of(account: Account, claim: Claim) -> ByteView:
    """The leaf of an account as it is now."""
    code_hash = account.observable_hash
    if code_hash == 0:
        code_hash = EMPTY_KECCAK
    return account_leaf(
        AccountLeaf(account.nonce, account.balance, claim.storage_root, code_hash)
    )
