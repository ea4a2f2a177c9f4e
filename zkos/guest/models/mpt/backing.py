"""The state trie behind the caches: Ethereum's storage model.

The host says what an account or slot was before the block; at the end every such claim
is proven against the root of the parent's state, and the tries are changed. Behind the
seam `state.backing`.
"""

from typing import Final

from zkos.guest.crypto.keccak import Keccak256
from zkos.guest.models.flat.tree import SealedSlot
from zkos.guest.models.mpt.codes import CodeCache
from zkos.guest.models.mpt.settlement import Claim, Settlement
from zkos.guest.models.mpt.trie import EMPTY_ROOT
from zkos.guest.protocol.ethereum_queries import (
    ACCOUNT_WORDS,
    QUERY_ACCOUNT,
    QUERY_STORAGE,
    STORAGE_WORDS,
)
from zkos.guest.state.account import EMPTY_KECCAK, Account
from zkos.guest.state.address_slots import AddressSlots
from zkos.guest.state.preimages import Preimage, PreimageCache
from zkos.guest.state.slot import Slot
from zkos.guest.system.commitment import Commitment
from zkos.guest.system.oracle import (
    Oracle,
    ask,
    expect_words,
    read_bool,
    read_u64,
    write_hash,
)
from zkos.guest.system.resources import Resources
from zkos.lang.control import srange
from zkos.lang.intrinsics import oracle_write
from zkos.lang.ints import U32, U64, U256, Address
from zkos.lang.memory import NOT_FOUND, List, Map
from zkos.lang.trap import trap

UNKNOWN_LENGTH: Final = U32(0xFFFF_FFFF)
"""Of code that is known by its hash alone."""


class Backing:
    """The state before the block, as the host tells it and the tries prove it."""

    oracle: Oracle
    preimages: PreimageCache
    codes: CodeCache
    own_slots: AddressSlots
    """The model keeps nothing in slots."""
    no_slot: Slot
    """Stands behind every account."""
    claims: Map[Address, Claim]
    settlement: Settlement

    def __init__(self, oracle: Oracle, preimages: PreimageCache, verify: bool) -> None:
        self.oracle = oracle
        self.preimages = preimages
        self.codes = CodeCache(Keccak256())
        self.own_slots = AddressSlots(Address(0))
        self.no_slot = Slot(Address(0), U256(0), U256(0), False)
        self.claims = Map(Address, Claim)
        self.settlement = Settlement(self.claims)

    def slot(self, address: Address, key: U256) -> tuple[bool, U256]:
        """Whether nobody has looked at it, and its value before the block."""
        ask(QUERY_STORAGE, U32(14))
        write_place(address)
        write_hash(key)
        expect_words(STORAGE_WORDS)
        read_bool()
        return True, self.oracle.read_hash()

    def account(self, resources: Resources, account: Account) -> Slot:
        """Fill in what an account was before the block; its code stays unknown."""
        ask(QUERY_ACCOUNT, U32(6))
        write_place(account.address)
        expect_words(ACCOUNT_WORDS)
        oracle = self.oracle
        account.nonce = read_u64()
        account.balance = oracle.read_u256()
        storage_root = oracle.read_hash()
        code_hash = oracle.read_hash()
        exists = code_hash != 0
        if not exists:
            is_blank = account.nonce == 0 and account.balance == 0
            if not is_blank or storage_root != EMPTY_ROOT:
                trap("an account that does not exist has properties")
        elif code_hash != EMPTY_KECCAK:
            account.bytecode_hash = code_hash
            account.observable_hash = code_hash
            account.code_length = UNKNOWN_LENGTH
            account.observable_length = UNKNOWN_LENGTH
        # From now on this says whether anybody has written it.
        account.unset = True
        account.store_into(account.initial)
        self.claims.insert(account.address, Claim(exists, storage_root))
        return self.no_slot

    def account_native(self, is_unset: bool) -> U64:
        """Nobody pays native for the first touch of an account."""
        return U64(0)

    def observe(self, account: Account) -> None:
        """Somebody has looked at what an account holds, so it must be proven."""
        entry = self.claims.find(account.address)
        assert entry != NOT_FOUND, "an account nobody has claimed"
        self.claims.value(entry).observed = True

    def find_code(self, account: Account) -> None:
        """Have the account say how long its code is, and whose."""
        if account.code_length == UNKNOWN_LENGTH:
            self.codes.find(account.bytecode_hash).give_to(account)

    def observable_length(self, account: Account) -> U32:
        """Bytes of its code as others see it."""
        self.find_code(account)
        return account.observable_length

    def can_be_created(self, account: Account) -> bool:
        """Whether a contract may come to be here (EIP-684, EIP-7610)."""
        if not account.can_be_created():
            return False
        entry = self.claims.find(account.address)
        assert entry != NOT_FOUND, "an account nobody has claimed"
        return self.claims.value(entry).storage_root == EMPTY_ROOT

    def code(self, account: Account) -> Preimage:
        """The stored code of an account that has a code hash."""
        entry = self.preimages.by_hash.find(account.bytecode_hash)
        if entry != NOT_FOUND:
            return self.preimages.by_hash.value(entry)
        return self.codes.find(account.bytecode_hash).preimage

    def seal(
        self, addresses: Map[Address, AddressSlots], accounts: List[Account]
    ) -> List[SealedSlot]:
        """Take over all that the block has touched."""
        self.settlement.addresses = addresses
        self.settlement.accounts = accounts
        return List(SealedSlot)

    def commit(self, before: Commitment, records: List[SealedSlot]) -> Commitment:
        """Verify what was said of the state before, and what it is now."""
        return Commitment(self.settlement.settle(before.root), U64(0))


def write_place(address: Address) -> None:
    """Send an address as three 64-bit limbs."""
    for index in srange(5):
        oracle_write(address.word(index))
    oracle_write(U32(0))
