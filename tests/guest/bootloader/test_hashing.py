"""Hashes against RLP and keccak of other libraries, on transactions made here."""

import pytest
import rlp
from Crypto.Hash import keccak

from tests.guest.bootloader.test_transaction import body, parse
from zkos.guest.crypto.keccak import Keccak256
from zkos.guest.system.errors import OutOfNative
from zkos.guest.system.resources import Resources
from zkos.guest.transactions.access_list import AccessList
from zkos.guest.transactions.hashing import TransactionHasher
from zkos.host.transactions import AccessListEntry, encode_access_list
from zkos.lang.ints import U64

CHAIN = 300
R, S, V = 2**255 - 19, 0x1234, 28
SIGNATURE = R.to_bytes(32, "big") + S.to_bytes(32, "big") + bytes([V])
LIST = (AccessListEntry(0xAA, (1, 2**255)), AccessListEntry(0xBB, ()))
LIST_ITEMS = [
    [
        (0xAA).to_bytes(20, "big"),
        [(1).to_bytes(32, "big"), (2**255).to_bytes(32, "big")],
    ],
    [(0xBB).to_bytes(20, "big"), []],
]


class NoIo:
    """Lets an access list be walked."""

    def touch_account(self, *_):
        pass

    def touch_slot(self, *_):
        pass


def k256(data):
    return keccak.new(data=data, digest_bits=256).digest()


def keccak_price(length):
    return 2500 + 17500 * max(1, -(-length // 136))


def numbers(*values):
    return [value.to_bytes((value.bit_length() + 7) // 8, "big") for value in values]


def hash_both(**changes):
    """Signing hash, transaction hash and the native of each."""
    transaction, valid = parse(body(signature=SIGNATURE, **changes))
    assert valid
    access_list = AccessList()
    resources = Resources(U64(0), U64(10**12))
    access_list.warm(transaction, NoIo(), resources)
    hasher = TransactionHasher(transaction, access_list, U64(CHAIN), Keccak256())
    signing = hasher.signing_hash(resources)
    first = 10**12 - int(resources.native)
    whole = hasher.transaction_hash(resources)
    second = 10**12 - first - int(resources.native)
    as_bytes = (int(signing).to_bytes(32, "big"), int(whole).to_bytes(32, "big"))
    return *as_bytes, first, second


def check(changes, unsigned, signed, prefix=b""):
    signing, whole, first, second = hash_both(**changes)
    assert signing == k256(prefix + rlp.encode(unsigned))
    assert whole == k256(prefix + rlp.encode(signed))
    assert first == keccak_price(len(rlp.encode(unsigned)))
    assert second == keccak_price(len(rlp.encode(signed)))


TO = (0xB).to_bytes(20, "big")
CALLDATA = bytes(range(200))
LEGACY = [*numbers(3, 7, 21000), TO, *numbers(5), CALLDATA]


def test_legacy_without_chain_id():
    changes = {"kind": 0, "data": CALLDATA}
    check(changes, LEGACY, [*LEGACY, *numbers(R, S, V)])


def test_legacy_with_chain_id():
    changes = {"kind": 0, "data": CALLDATA, "r0": 1}
    v = V + 8 + 2 * CHAIN
    check(changes, [*LEGACY, *numbers(CHAIN, 0, 0)], [*LEGACY, *numbers(R, S, v)])


@pytest.mark.parametrize("flag", [1, 2**200])
def test_creation_has_no_recipient(flag):
    changes = {"kind": 0, "data": b"\x60", "r1": flag, "to": 0}
    items = [*numbers(3, 7, 21000), b"", *numbers(5), b"\x60"]
    check(changes, items, [*items, *numbers(R, S, V)])


@pytest.mark.parametrize(
    ("entries", "items"), [((), []), (LIST, LIST_ITEMS), (LIST * 30, LIST_ITEMS * 30)]
)
def test_access_list(entries, items):
    changes = {"kind": 1, "data": b"", "dynamic": encode_access_list(entries)}
    content = [*numbers(CHAIN, 3, 7, 21000), TO, *numbers(5), b"", items]
    check(changes, content, [*content, *numbers(R, S, V)], b"\x01")


def test_fee_market():
    changes = {"kind": 2, "max_fee": 2**127, "priority": 1000, "nonce": 0, "value": 0}
    content = [*numbers(CHAIN, 0, 1000, 2**127, 21000), TO, b"", b"\x01\0\x02", []]
    check(changes, content, [*content, *numbers(R, S, V)], b"\x02")


def test_eip712():
    data, deps, paymaster_input = b"abc", [5, 6], b"\x8c\x5a\x34\x45"
    changes = {
        "kind": 0x71,
        "data": data,
        "deps": deps,
        "paymaster": 0xCC,
        "paymaster_input": paymaster_input,
    }
    signing, whole, first, second = hash_both(**changes)
    domain_type = b"EIP712Domain(string name,string version,uint256 chainId)"
    struct_type = (
        b"Transaction(uint256 txType,uint256 from,uint256 to,uint256 gasLimit,"
        b"uint256 gasPerPubdataByteLimit,uint256 maxFeePerGas,"
        b"uint256 maxPriorityFeePerGas,uint256 paymaster,uint256 nonce,uint256 value,"
        b"bytes data,bytes32[] factoryDeps,bytes paymasterInput)"
    )
    names = k256(b"zkSync") + k256(b"2")
    domain = k256(k256(domain_type) + names + CHAIN.to_bytes(32, "big"))
    fields = body(signature=SIGNATURE, **changes)[:320]
    joined = b"".join(dep.to_bytes(32, "big") for dep in deps)
    tail = k256(data) + k256(joined) + k256(paymaster_input)
    struct = k256(k256(struct_type) + fields + tail)
    assert signing == k256(b"\x19\x01" + domain + struct)
    assert whole == k256(signing + k256(SIGNATURE))
    lengths = (128, 448, len(data), 64, len(paymaster_input), 66)
    assert first == sum(map(keccak_price, lengths))
    assert second == first + keccak_price(64 + 65)


def test_l1_hashes_the_encoding():
    data = body(kind=0xFF, signature=b"", r0=9)
    transaction, valid = parse(data)
    assert valid
    hasher = TransactionHasher(transaction, AccessList(), U64(CHAIN), Keccak256())
    resources = Resources(U64(0), U64(10**9))
    digest = int(hasher.transaction_hash(resources)).to_bytes(32, "big")
    assert digest == k256((32).to_bytes(32, "big") + data)
    assert 10**9 - int(resources.native) == keccak_price(32 + len(data))


def test_hash_without_native_is_refused():
    transaction, _ = parse(body())
    access_list = AccessList()
    resources = Resources(U64(5), U64(19_999))
    access_list.warm(transaction, NoIo(), resources)
    hasher = TransactionHasher(transaction, access_list, U64(CHAIN), Keccak256())
    with pytest.raises(OutOfNative):
        hasher.signing_hash(resources)
    assert resources.native == 0
