"""What the leaves of the tries of Ethereum hold: accounts, and values of slots."""

from zkos.guest.rlp.buffer import RlpBuffer
from zkos.guest.rlp.reader import MalformedRlp, RlpReader
from zkos.guest.rlp.writer import number_length
from zkos.lang.control import record
from zkos.lang.ints import U64, U256
from zkos.lang.memory import ByteView
from zkos.lang.trap import trap


@record
class AccountLeaf:
    """An account as the state trie has it."""

    nonce: U64
    balance: U256
    storage_root: U256
    code_hash: U256
    """That of nothing for an account without code."""


def account_in(leaf: ByteView) -> AccountLeaf:
    """The account that a leaf holds; traps if it holds none."""
    reader = RlpReader(False)
    try:
        reader.open(leaf)
        content = reader.sublist()
        reader.finish()
        reader.open(content)
        account = AccountLeaf(
            reader.u64(), reader.u256(), hash_at(reader), hash_at(reader)
        )
        reader.finish()
    except MalformedRlp:
        trap("a leaf of the state trie is no account")
    return account


def hash_at(reader: RlpReader) -> U256:
    """The next item, 32 bytes. Raises MalformedRlp."""
    content = reader.string()
    if content.length() != 32:
        raise MalformedRlp
    return content.load_u256_be(0)


def account_leaf(account: AccountLeaf) -> ByteView:
    """How a leaf holds an account."""
    buffer = RlpBuffer()
    nonce = U256(account.nonce)
    payload = number_length(nonce) + number_length(account.balance) + 66
    buffer.put_list(payload)
    buffer.put_number(nonce)
    buffer.put_number(account.balance)
    buffer.put_hash(account.storage_root)
    buffer.put_hash(account.code_hash)
    return buffer.written()


def value_in(leaf: ByteView) -> U256:
    """The value of a slot; 0 if there is no leaf. Traps if it holds no number."""
    if leaf.length() == 0:
        return U256(0)
    reader = RlpReader(False)
    try:
        reader.open(leaf)
        value = reader.u256()
        reader.finish()
    except MalformedRlp:
        trap("a leaf of a storage trie is no number")
    if value == 0:
        trap("a leaf of a storage trie holds 0")
    return value


def value_leaf(value: U256) -> ByteView:
    """How a leaf holds a value."""
    buffer = RlpBuffer()
    buffer.put_number(value)
    return buffer.written()
