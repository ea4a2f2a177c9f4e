"""P-256 verification against pycryptodome and published vectors."""

from collections.abc import Callable

import pytest
from Crypto.Hash import SHA256
from Crypto.PublicKey import ECC
from Crypto.Signature import DSS
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.guest.crypto.engines import CALLS, GUEST  # noqa: F401 - for `target`
from tests.guest.crypto.vectors import load_vectors
from zkos.guest.crypto.p256 import P256
from zkos.guest.crypto.p256_constants import ORDER, PRIME
from zkos.lang.memory import view_of

N = int(ORDER)
P = int(PRIME)
Verify = Callable[[bytes], bool]
INSTANCE = P256()


def verify_cpython(data: bytes) -> bool:
    return INSTANCE.verify(view_of(data))


@pytest.fixture
def verify(target) -> Verify:
    return lambda data: target.call(f"{CALLS}:p256_verify", data)


def word(x: int) -> bytes:
    return x.to_bytes(32, "big")


def signed(secret: int, message: bytes) -> list[int]:
    """Digest, r, s, x, y of a valid signature."""
    key = ECC.construct(curve="P-256", d=secret)
    digest = SHA256.new(message)
    signature = DSS.new(key, "deterministic-rfc6979").sign(digest)
    r, s = (int.from_bytes(signature[i : i + 32], "big") for i in (0, 32))
    x, y = (int(c) for c in (key.pointQ.x, key.pointQ.y))
    return [int.from_bytes(digest.digest(), "big"), r, s, x, y]


def encode(numbers: list[int]) -> bytes:
    return b"".join(map(word, numbers))


@settings(max_examples=15, deadline=None)
@given(st.integers(1, N - 1), st.binary(max_size=40), st.integers(0, 4))
def test_signatures_verify_and_changed_ones_do_not(secret, message, position):
    numbers = signed(secret, message)
    assert verify_cpython(encode(numbers))

    numbers[position] = (numbers[position] + 1) % 2**256
    assert not verify_cpython(encode(numbers))


def forged(point_multiple: int, u1: int, u2: int) -> list[int] | None:
    """A signature that makes u1 G + u2 Q the sum, for Q = point_multiple G."""
    total = (u1 + u2 * point_multiple) % N
    if total == 0:
        return None
    r = int(ECC.construct(curve="P-256", d=total).pointQ.x) % N
    s = r * pow(u2, -1, N) % N
    key = ECC.construct(curve="P-256", d=point_multiple).pointQ
    return [u1 * s % N, r, s, int(key.x), int(key.y)]


@pytest.mark.parametrize("multiple", [1, 2, 3, 5, N - 1, N - 2, N - 3])
def test_points_that_meet_during_the_sum(verify, multiple):
    for u1 in (0, 1, 2, N - 1):
        for u2 in (1, 2, N - 1):
            numbers = forged(multiple, u1, u2)
            if numbers is not None:
                assert verify(encode(numbers)), (u1, u2)
                numbers[1] = numbers[1] % (N - 1) + 1
                assert not verify(encode(numbers)), (u1, u2)


def test_a_sum_at_infinity_is_refused(verify):
    # u1 + u2 * multiple = 0 whatever r is: digest = -r * multiple.
    key = ECC.construct(curve="P-256", d=7).pointQ
    for r in (1, 5, N - 1):
        numbers = [-r * 7 % N, r, 9, int(key.x), int(key.y)]
        assert not verify(encode(numbers))


def test_numbers_out_of_range_are_refused(verify):
    numbers = signed(11, b"range")
    for position, value in (
        (1, 0),
        (1, N),
        (1, numbers[1] + N),
        (2, 0),
        (2, N),
        (3, P),
        (4, P),
        (4, P - 1),
        (4, 0),
    ):
        wrong = numbers.copy()
        wrong[position] = value % 2**256
        assert not verify(encode(wrong)), position
    assert not verify(encode([*numbers[:3], 0, 0]))


def test_an_unreduced_digest_counts_modulo_the_order(verify):
    numbers = forged(5, 0, 3)
    assert numbers is not None
    numbers[0] += N

    assert verify(encode(numbers))


@pytest.mark.parametrize("length", [0, 1, 159, 161, 192])
def test_other_lengths_are_refused(verify, length):
    data = encode(signed(11, b"length")) + bytes(32)

    assert not verify(data[:length])


def check_vectors(verify: Verify, shared, step: int) -> None:
    for vector in load_vectors(shared, "p256Verify")[::step]:
        expected = vector.expected != b""
        assert verify(vector.input) == expected, vector.name


def test_published_vectors(verify, target, shared):
    check_vectors(verify, shared, 30 if target.name == "cpython" else 1)


@pytest.mark.slow
@pytest.mark.cpython
def test_all_published_vectors_under_cpython(shared):
    check_vectors(verify_cpython, shared, 1)
