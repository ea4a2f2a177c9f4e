"""Which authorizations hold, and what they change (bootloader spec 8)."""

from types import SimpleNamespace

import pytest
import rlp
from coincurve import PrivateKey
from Crypto.Hash import keccak

from tests.guest.bootloader.encodings import CHAIN, TO, authorization, number
from zkos.guest.crypto.keccak import Keccak256
from zkos.guest.crypto.secp256k1 import Secp256k1
from zkos.guest.flow.delegations import apply_authorizations
from zkos.guest.system.errors import OutOfNative
from zkos.guest.system.resources import Resources
from zkos.guest.transactions.authorizations import Authorizations
from zkos.guest.transactions.hashing import TransactionHasher
from zkos.lang.ints import U64
from zkos.lang.memory import view_of

KEY = PrivateKey(b"\1" * 32)
ORDER = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141
HALF = ORDER // 2
TARGET = int(TO.hex(), 16)
HASH, RECOVERY = 20_000, 522_000
READ, WRITE = 7, 11


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


class Accounts:
    """An io with one account that there is, and what was done to it."""

    def __init__(self, *, nonce=5, code=False, delegated=False, balance=0):
        self.account = SimpleNamespace(
            nonce=U64(nonce),
            balance=balance,
            has_code=lambda: code or delegated,
            is_delegated=lambda: delegated,
        )
        self.done = []

    def read_account(self, environment, resources, address):
        assert environment == 0
        resources.charge(U64(0), U64(READ))
        self.done.append(("read", int(address)))
        return self.account

    def add_refund(self, amount):
        self.done.append(("refund", int(amount)))

    def set_delegation(self, resources, authority, delegate):
        assert authority == AUTHORITY
        resources.charge(U64(0), U64(WRITE))
        self.done.append(("delegate", int(delegate)))

    def increment_nonce(self, environment, resources, address):
        assert (environment, address) == (0, AUTHORITY)
        self.account.nonce = self.account.nonce + 1
        self.done.append(("nonce", int(self.account.nonce)))


class Reader:
    """The part of a transaction reader that delegations use."""

    def __init__(self, entries):
        self.content = view_of(b"".join(map(rlp.encode, entries)))
        self.authorizations = Authorizations(False)
        self.hasher = TransactionHasher(Keccak256(), U64(CHAIN))

    def first_authorization(self):
        self.authorizations.open(self.content)

    def next_authorization(self):
        return self.authorizations.next()

    def authorization_hash(self, resources):
        return self.hasher.authorization(self.authorizations, resources)


def apply(*entries, native=10**9, **account):
    """What was done, and the native it took."""
    io = Accounts(**account)
    curve = Secp256k1(Keccak256())
    work = SimpleNamespace(
        io=io,
        reader=Reader(entries),
        system=SimpleNamespace(
            metadata=SimpleNamespace(chain_id=U64(CHAIN)), secp256k1=lambda: curve
        ),
    )
    resources = Resources(U64(77), U64(native))
    apply_authorizations(work, resources)
    assert resources.ergs == 77
    return io.done, native - int(resources.native)


GOOD = [("read", AUTHORITY), ("refund", 12_500), ("delegate", TARGET), ("nonce", 6)]
COST = HASH + RECOVERY + READ + WRITE


@pytest.mark.parametrize("chain_id", [0, CHAIN])
def test_good_entry_delegates(chain_id):
    assert apply(signed(chain_id=chain_id)) == (GOOD, COST)


def test_address_zero_ends_a_delegation():
    done, _ = apply(signed(address=bytes(20)), delegated=True)
    assert ("delegate", 0) in done


@pytest.mark.parametrize(
    ("account", "refunded"),
    [
        ({"nonce": 0}, False),
        ({"nonce": 0, "balance": 1}, True),
        ({"nonce": 0, "delegated": True}, True),
        ({"nonce": 5}, True),
    ],
)
def test_only_an_authority_that_exists_gives_a_refund(account, refunded):
    done, _ = apply(signed(nonce=account["nonce"]), **account)
    assert (("refund", 12_500) in done) is refunded
    assert done[-1] == ("nonce", account["nonce"] + 1)


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
    assert apply(entry) == ([], native)


@pytest.mark.parametrize("account", [{"code": True}, {"nonce": 4}, {"nonce": 6}])
def test_authority_with_code_or_another_nonce_is_only_read(account):
    read = [("read", AUTHORITY)]
    assert apply(signed(), **account) == (read, HASH + RECOVERY + READ)


def test_other_signer_is_another_authority():
    entry = signed(s=HALF)
    (first, *_), _ = apply(entry, nonce=4)
    assert first[0] == "read"
    assert first[1] != AUTHORITY


def test_entries_are_independent_and_in_order():
    entries = signed(), signed(), signed(chain_id=1), signed(nonce=6)
    again = [
        ("read", AUTHORITY),
        ("refund", 12_500),
        ("delegate", TARGET),
        ("nonce", 7),
    ]
    assert apply(*entries)[0] == [*GOOD, ("read", AUTHORITY), *again]


@pytest.mark.parametrize(
    ("native", "done"), [(HASH - 1, 0), (HASH + RECOVERY - 1, 0), (COST - 1, 2)]
)
def test_native_may_run_out_at_each_step(native, done):
    with pytest.raises(OutOfNative):
        apply(signed(), native=native)
