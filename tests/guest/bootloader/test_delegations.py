"""Which authorizations hold, and what they change (bootloader spec 8)."""

from dataclasses import dataclass, replace

import pytest
import rlp
from coincurve import PrivateKey
from Crypto.Hash import keccak

from tests.guest.bootloader.encodings import CHAIN, TO, authorization, number
from tests.guest.bootloader.flow import work
from tests.guest.objects import OBJECTS, Resources, apply_authorizations
from tests.guest.system.world import World, encode_account, padded, stored
from zkos.guest.system.errors import OutOfNative
from zkos.lang.ints import U64, Address
from zkos.lang.memory import view_of

GUEST = OBJECTS
pytestmark = pytest.mark.usefixtures("target")
KEY = PrivateKey(b"\1" * 32)
ORDER = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141
HALF = ORDER // 2
TARGET = int(TO.hex(), 16)
HASH, RECOVERY = 20_000, 522_000
READ, READ_EMPTY = 131_100, 250_240
DELEGATE = 4_000 + 20_000 + 1_140 + 500 + 1_000
END = 4_000 + 1_000
NONCE = 4_000 + 1_000
DELEGATED, DEPLOYED = 0x0201010000000000, 0x0101010000000000


def k256(data):
    return keccak.new(data=data, digest_bits=256).digest()


AUTHORITY = int.from_bytes(
    k256(KEY.public_key.format(compressed=False)[1:])[12:], "big"
)


def signed(*, chain_id=CHAIN, address=TO, nonce=5, **changes):
    """An entry signed by KEY; other keywords replace parts of the signature."""
    message = b"\5" + rlp.encode([number(chain_id), address, number(nonce)])
    signature = KEY.sign_recoverable(k256(message), hasher=None)
    parts = {
        "parity": signature[64],
        "r": int.from_bytes(signature[:32], "big"),
        "s": int.from_bytes(signature[32:64], "big"),
        **changes,
    }
    return authorization(chain_id=chain_id, address=address, nonce=nonce, **parts)


def designation(target):
    return bytes.fromhex("ef0100") + target.to_bytes(20, "big")


def world_with(*, nonce=5, code=False, delegated=False, balance=0):
    """A world in which the authority is that; with nothing at all it is absent."""
    world = World()
    fields = {"nonce": nonce, "balance": balance}
    if delegated:
        was = designation(0xDE1E)
        record = encode_account(versioning=DELEGATED, code=was, artifacts=b"", **fields)
        world.add_account(AUTHORITY, record, padded(was))
    elif code:
        record = encode_account(versioning=DEPLOYED, code=b"\0", **fields)
        world.add_account(AUTHORITY, record, stored(b"\0"))
    elif nonce or balance:
        world.add_account(AUTHORITY, encode_account(**fields))
    return world


@dataclass(frozen=True)
class Applied:
    """What became of the authority, and who else was looked at."""

    native: int
    refund: int = 0
    read: tuple[int, ...] = ()
    nonce: int | None = None
    """None if it was not read."""
    delegate: int | None = None
    """0 if nobody; None if it has not changed."""


class Authority:
    """Work whose transaction has authorizations, and what it makes of them."""

    def __init__(self, *entries, **account):
        self.work = work(world=world_with(**account))
        content = b"".join(map(rlp.encode, entries))
        self.work.transaction.authorizations = view_of(content)

    def apply(self, native=10**9):
        resources = Resources(U64(77), U64(native))
        apply_authorizations(self.work, resources)
        assert resources.ergs == 77
        return self.seen(native - int(resources.native))

    def seen(self, native=0):
        io = self.work.io
        accounts = io.accounts.accounts
        read = tuple(int(accounts[at].address) for at in range(int(accounts.length())))
        seen = Applied(native, int(io.refund_counter()), read)
        if AUTHORITY not in read:
            return seen
        account = io.account(Address(AUTHORITY))
        changed = account.bytecode_hash != account.initial.bytecode_hash
        to = None
        if changed:
            code = bytes(io.code(account))[:23] if account.is_delegated() else b""
            assert code[:3] == designation(0)[: len(code[:3])]
            to = int.from_bytes(code[3:], "big")
        return replace(seen, nonce=int(account.nonce), delegate=to)


def apply(*entries, native=10**9, **account):
    return Authority(*entries, **account).apply(native)


COST = HASH + RECOVERY + READ + DELEGATE + NONCE
GOOD = Applied(COST, 12_500, (AUTHORITY,), 6, TARGET)


@pytest.mark.parametrize("chain_id", [0, CHAIN])
def test_good_entry_delegates(chain_id):
    assert apply(signed(chain_id=chain_id)) == GOOD


def test_address_zero_ends_a_delegation():
    applied = apply(signed(address=bytes(20)), delegated=True)
    native = HASH + RECOVERY + READ + END + NONCE
    assert applied == replace(GOOD, native=native, delegate=0)


@pytest.mark.parametrize(
    ("account", "refund"),
    [
        ({"nonce": 0}, 0),
        ({"nonce": 0, "balance": 1}, 12_500),
        ({"nonce": 0, "delegated": True}, 12_500),
        ({"nonce": 5}, 12_500),
    ],
)
def test_only_an_authority_that_exists_gives_a_refund(account, refund):
    applied = apply(signed(nonce=account["nonce"]), **account)
    assert (applied.refund, applied.delegate) == (refund, TARGET)
    assert applied.nonce == account["nonce"] + 1
    more = READ_EMPTY - READ if account == {"nonce": 0} else 0
    assert applied.native == COST + more


@pytest.mark.parametrize(
    ("entry", "native"),
    [
        (signed(chain_id=1), 0),
        (signed(chain_id=2**64 + CHAIN), 0),
        (signed(nonce=2**64 - 1), 0),
        (signed(s=HALF + 1), 0),
        (signed(s=2**256 - 1), 0),
        (signed(parity=2), HASH),
        (signed(parity=255), HASH),
        (signed(r=0), HASH + RECOVERY),
        (signed(s=0), HASH + RECOVERY),
        (signed(r=ORDER), HASH + RECOVERY),
    ],
)
def test_entry_that_nobody_can_have_signed_is_skipped(entry, native):
    assert apply(entry) == Applied(native)


@pytest.mark.parametrize("account", [{"code": True}, {"nonce": 4}, {"nonce": 6}])
def test_authority_with_code_or_another_nonce_is_only_read(account):
    nonce = account.get("nonce", 5)
    native = HASH + RECOVERY + READ
    assert apply(signed(), **account) == Applied(native, 0, (AUTHORITY,), nonce)


def test_other_signer_is_another_authority():
    applied = apply(signed(s=HALF), nonce=4)
    assert len(applied.read) == 1
    assert AUTHORITY not in applied.read


def test_entries_are_independent_and_in_order():
    other = bytes.fromhex("0d" * 20)
    entries = signed(), signed(), signed(chain_id=1), signed(nonce=6, address=other)
    warm = HASH + RECOVERY + 4_000
    native = COST + warm + (warm + DELEGATE + NONCE)
    delegate = int(other.hex(), 16)
    assert apply(*entries) == Applied(native, 25_000, (AUTHORITY,), 7, delegate)


@pytest.mark.parametrize(
    ("native", "left"),
    [
        (HASH - 1, Applied(0)),
        (HASH + RECOVERY - 1, Applied(0)),
        (HASH + RECOVERY + READ - 1, Applied(0)),
        (COST - NONCE - 1, Applied(0, 12_500, (AUTHORITY,), 5)),
        (COST - 1, Applied(0, 12_500, (AUTHORITY,), 5, TARGET)),
    ],
)
def test_native_may_run_out_at_each_step(native, left):
    authority = Authority(signed())
    with pytest.raises(OutOfNative):
        authority.apply(native)
    assert authority.seen() == left
