"""Code by its keccak-256, as the host tells it, in the form that frames run.

That is the form of the flat model: the map of jump destinations is made once a block.
What is made in the block is kept in the cache of preimages, as it is there.
"""

from zkos.guest.crypto.keccak import Keccak256
from zkos.guest.protocol.ethereum_queries import QUERY_CODE, QUERY_CODE_SIZE
from zkos.guest.state.account import (
    DELEGATED,
    DEPLOYED_EVM,
    DESIGNATION_BYTES,
    DESIGNATION_PREFIX,
    Account,
)
from zkos.guest.state.artifacts import map_length, store, stored_length
from zkos.guest.state.preimages import PREIMAGE_CODE, Preimage
from zkos.guest.system.byte_strings import hashed_bytes
from zkos.lang.control import srange
from zkos.lang.ints import U32, U256
from zkos.lang.memory import NOT_FOUND, ByteView, Map, allocate_bytes
from zkos.lang.trap import trap


class Code:
    """A code as accounts have it."""

    preimage: Preimage
    """With its artifacts, unless it is a designation."""
    length: U32
    """In bytes, without them."""
    is_designation: bool
    """Whether it says whose code runs (EIP-7702)."""

    def __init__(self, digest: U256, plain: ByteView) -> None:
        self.preimage = Preimage(digest, stored_form(plain), PREIMAGE_CODE)
        self.length = plain.length()
        self.is_designation = is_designation(plain)
        if self.is_designation:
            padded = allocate_bytes(stored_length(DESIGNATION_BYTES, U32(0)))
            padded.window(0, DESIGNATION_BYTES).copy_from(plain)
            self.preimage = Preimage(digest, padded, PREIMAGE_CODE)

    def give_to(self, account: Account) -> None:
        """Let an account whose code hash this is say so."""
        account.code = self.preimage
        account.code_length = self.length
        account.observable_length = self.length
        account.artifacts_length = map_length(self.length)
        account.versioning = DEPLOYED_EVM
        if self.is_designation:
            account.artifacts_length = U32(0)
            account.versioning = DELEGATED


class CodeCache:
    """All code the host was asked for."""

    keccak: Keccak256
    by_hash: Map[U256, Code]

    def __init__(self, keccak: Keccak256) -> None:
        self.keccak = keccak
        self.by_hash = Map(U256, Code)

    def find(self, digest: U256) -> Code:
        """The code with this hash; traps if the host's answer is not it."""
        entry = self.by_hash.find(digest)
        if entry != NOT_FOUND:
            return self.by_hash.value(entry)
        plain = hashed_bytes(QUERY_CODE_SIZE, QUERY_CODE, digest)
        if U256(self.keccak.hash(plain)) != digest:
            trap("a code does not match its hash")
        code = Code(digest, plain)
        self.by_hash.insert(digest, code)
        return code


def stored_form(plain: ByteView) -> ByteView:
    """Code with padding and map of jump destinations."""
    length = plain.length()
    stored = allocate_bytes(stored_length(length, map_length(length)))
    store(plain, stored)
    return stored


def is_designation(plain: ByteView) -> bool:
    """Whether code is the address of an account with a prefix (EIP-7702)."""
    if plain.length() != DESIGNATION_BYTES:
        return False
    for index in srange(3):
        if plain[index] != DESIGNATION_PREFIX[index]:
            return False
    return True
