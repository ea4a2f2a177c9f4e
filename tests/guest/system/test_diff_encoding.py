import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from tests.guest.objects import (
    OBJECTS,
    Account,
    Preimage,
    account_paid_length,
    account_room,
    encode,
    encode_account,
    encoded_length,
)
from tests.guest.system.world import stored
from zkos.lang.ints import U32, U64, U256, Address
from zkos.lang.memory import allocate_bytes, view_of

GUEST = OBJECTS
pytestmark = pytest.mark.usefixtures("target")

TOP = 2**256 - 1
WORDS = st.one_of(
    st.integers(0, TOP),
    st.integers(0, 256).map(lambda bits: (1 << bits) - 1),
    st.integers(0, 255).map(lambda bits: 1 << bits),
    st.integers(0, 1000),
)


def shortest(initial: int, final: int) -> bytes:
    """All encodings the specification allows, then its choice."""
    best = b"\0" + final.to_bytes(32, "big")
    for kind, payload in ((1, final - initial), (2, initial - final), (3, final)):
        if 0 <= payload < 1 << 248:
            length = (payload.bit_length() + 7) // 8
            candidate = bytes([length << 3 | kind]) + payload.to_bytes(length, "big")
            if len(candidate) < len(best):
                best = candidate
    return best


def encoded(initial: int, final: int) -> bytes:
    out = allocate_bytes(33)
    length = encode(U256(initial), U256(final), out)
    assert length == encoded_length(U256(initial), U256(final))
    return bytes(out.window(0, length))


@given(WORDS, WORDS)
@example(0, 0)
@example(5, 0)
@example(0, TOP)
@example(TOP, 0)
@example(1 << 255, (1 << 255) + 1)
@example(0, (1 << 248) - 1)
@example(0, 1 << 248)
@example(1 << 248, 0)
def test_value_encoding_is_the_shortest(initial: int, final: int) -> None:
    assert encoded(initial, final) == shortest(initial, final)


@pytest.mark.parametrize(
    ("initial", "final", "expected"),
    [(9, 9, "01"), (9, 0, "03"), (9, 10, "0901"), (10, 9, "0a01"), (TOP, 2, "0b02")],
)
def test_published_examples(initial: int, final: int, expected: str) -> None:
    assert encoded(initial, final).hex() == expected


def account_of(before: tuple[int, int], after: tuple[int, int]) -> Account:
    account = Account(Address(1), Preimage(U256(0), allocate_bytes(0), U32(1)))
    account.nonce, account.balance = U64(before[0]), U256(before[1])
    account.versioning = U64(1 << 56)
    account.store_into(account.initial)
    account.nonce, account.balance = U64(after[0]), U256(after[1])
    return account


def encoded_account(account: Account, kept: bytes = b"") -> bytes:
    """The published difference; a transaction pays the same but by hash, 4 more."""
    out = allocate_bytes(account_room(account))
    length = encode_account(account, view_of(kept), out)
    by_hash = account.not_publish and account.code_changed_since(account.initial)
    assert account_paid_length(account.initial, account) == length + 4 * by_hash
    return bytes(out.window(0, length))


@pytest.mark.parametrize(
    ("after", "head"), [((2, 7), "0c"), ((1, 8), "14"), ((2, 8), "1c")]
)
def test_nonce_and_balance_alone(after: tuple[int, int], head: str) -> None:
    tail = b"".join(
        shortest(x, y) for x, y in zip((1, 7), after, strict=True) if x != y
    )
    account = account_of((1, 7), after)
    assert encoded_account(account) == bytes.fromhex(head) + tail


def test_longest_numbers_have_room() -> None:
    account = account_of((0, 1), (2**64 - 1, TOP))
    assert len(encoded_account(account)) == 1 + 9 + 33
    account.versioning = U64(0)
    account.bytecode_hash = U256(7)
    assert len(encoded_account(account)) == 1 + 8 + 9 + 33 + 12


@pytest.mark.parametrize("not_publish", [True, False])
@pytest.mark.parametrize("size", [0, 1, 64, 70])
def test_changed_code_publishes_everything(size: int, *, not_publish: bool) -> None:
    code = bytes(range(size))
    kept = stored(code)
    account = account_of((0, 9), (1, 9))
    account.versioning = U64(0x0101010000000000)
    account.bytecode_hash = U256(0x1234)
    account.code_length = account.observable_length = U32(size)
    account.artifacts_length = U32(8 * -(-size // 64))
    account.not_publish = not_publish
    middle = (0x1234).to_bytes(32, "big")
    if not not_publish:
        lengths = size.to_bytes(4, "big") + (8 * -(-size // 64)).to_bytes(4, "big")
        middle = lengths + kept
    assert encoded_account(account, kept) == b"".join(
        [
            bytes([0x24 if not_publish else 0x04]),
            bytes.fromhex("0101010000000000"),
            bytes.fromhex("0901" + "01"),
            middle,
            size.to_bytes(4, "big"),
        ]
    )


def test_paid_length_is_that_since_the_moment_given() -> None:
    account = account_of((0, 9), (1, 9))
    middle = account_of((0, 9), (1, 8)).initial
    middle.nonce, middle.balance = U64(1), U256(8)
    assert account_paid_length(account.initial, account) == 1 + 2
    assert account_paid_length(middle, account) == 1 + 2
    middle.balance = U256(1 << 100)
    assert account_paid_length(middle, account) == 1 + 2
    middle.versioning = U64(0)
    assert account_paid_length(middle, account) == 1 + 8 + 1 + 2 + 12
