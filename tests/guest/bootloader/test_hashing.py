"""Hashes against RLP and keccak of other libraries, on transactions made here."""

import pytest
import rlp
from Crypto.Hash import keccak

from tests.guest.bootloader.encodings import (
    CHAIN,
    FIELDS,
    TO,
    body,
    decode_abi,
    decode_rlp,
    encode,
    fields,
    items,
    number,
)
from tests.guest.objects import (
    OBJECTS,
    Authorizations,
    Keccak256,
    Resources,
    TransactionHasher,
)
from zkos.guest.system.errors import OutOfNative
from zkos.lang.ints import U64
from zkos.lang.memory import view_of

GUEST = OBJECTS
pytestmark = pytest.mark.usefixtures("target")

NATIVE = 10**9
LONG = bytes(range(1, 201))
LISTS = {"access_list": [[TO, [b"\1" * 32, b"\2" * 32]]] * 3}


def k256(data):
    return keccak.new(data=data, digest_bits=256).digest()


def keccak_price(length):
    return 2500 + 17500 * max(1, -(-length // 136))


def hasher():
    return TransactionHasher(Keccak256(), U64(CHAIN))


def as_bytes(digest):
    return int(digest).to_bytes(32, "big")


def hashes(data, *, lax=False):
    """Transaction hash, signing hash, native."""
    record, why = decode_rlp(data, lax=lax)
    assert not why
    resources = Resources(U64(0), U64(NATIVE))
    hasher().l2(record, resources)
    spent = NATIVE - int(resources.native)
    return as_bytes(record.hash), as_bytes(record.signing_hash), spent


@pytest.mark.parametrize("changes", [{}, {"data": LONG}, {"data": b"", "value": 0}])
@pytest.mark.parametrize("kind", FIELDS)
def test_hashes_are_ethereums(kind, changes):
    if kind:
        changes = {**changes, **LISTS}
    prefix = bytes([kind]) if kind else b""
    data = encode(kind, **changes)
    whole, signing, native = hashes(data)
    assert whole == k256(data)
    assert signing == k256(prefix + rlp.encode(fields(kind, **changes)))
    assert native == 2 * keccak_price(len(data))


@pytest.mark.parametrize("data", [b"", LONG])
def test_signature_of_a_legacy_transaction_may_name_the_chain(data):
    whole = encode(0, v=35 + 2 * CHAIN, data=data)
    unsigned = [*fields(0, data=data), number(CHAIN), b"", b""]
    assert hashes(whole)[:2] == (k256(whole), k256(rlp.encode(unsigned)))


def test_creation_has_no_recipient():
    assert hashes(encode(2, to=b""))[1] == k256(b"\2" + rlp.encode(fields(2, to=b"")))


@pytest.mark.parametrize("kind", FIELDS)
def test_only_the_transaction_hash_covers_an_odd_list_length(kind):
    prefix = bytes([kind]) if kind else b""
    content = rlp.encode(items(kind))[2:]
    data = prefix + b"\xf9\0" + bytes([len(content)]) + content
    whole, signing, native = hashes(data, lax=True)
    assert whole == k256(data)
    assert signing == hashes(encode(kind))[1]
    assert native == 2 * keccak_price(len(data))


@pytest.mark.parametrize("kind", [0x7E, 0x7F])
def test_l1_hashes_the_encoding(kind):
    data = body(kind=kind)
    record, _ = decode_abi(data)
    resources = Resources(U64(0), U64(NATIVE))
    hasher().l1(record, resources)
    assert as_bytes(record.hash) == k256((32).to_bytes(32, "big") + data)
    assert NATIVE - int(resources.native) == keccak_price(32 + len(data))


@pytest.mark.parametrize(
    ("chain_id", "nonce", "length"),
    [(0, 0, 25), (CHAIN, 5, 27), (2**256 - 1, 2**64 - 2, 66)],
)
def test_authorization(chain_id, nonce, length):
    entry = [number(chain_id), TO, number(nonce), b"\1", b"\7", b"\7"]
    message = b"\5" + rlp.encode(entry[:3])
    assert len(message) == length
    reader = Authorizations(False)
    reader.open(view_of(rlp.encode(entry)))
    assert reader.next()
    resources = Resources(U64(0), U64(20_000))
    assert as_bytes(hasher().authorization(reader, resources)) == k256(message)
    assert resources.native == 0


@pytest.mark.parametrize("kind", FIELDS)
def test_hash_without_native_is_refused(kind):
    record, _ = decode_rlp(encode(kind))
    resources = Resources(U64(5), U64(39_999))
    with pytest.raises(OutOfNative):
        hasher().l2(record, resources)
    assert resources.native == 0
