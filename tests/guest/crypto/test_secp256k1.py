"""Recovery on secp256k1 against coincurve and published vectors."""

from collections.abc import Callable

import coincurve
import pytest
from Crypto.Hash import keccak
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.guest.crypto.engines import CALLS, GUEST  # noqa: F401 - for `target`
from tests.guest.crypto.vectors import load_vectors
from zkos.guest.crypto.field_inverse import invert
from zkos.guest.crypto.keccak import Keccak256
from zkos.guest.crypto.secp256k1 import Secp256k1
from zkos.guest.crypto.secp256k1_constants import ORDER, PRIME
from zkos.lang.ints import U256

N = int(ORDER)
P = int(PRIME)
Recover = Callable[[int, int, int, bool], bytes | None]
INSTANCE = Secp256k1(Keccak256())


def recover_cpython(digest: int, r: int, s: int, odd: bool) -> bytes | None:
    found, address = INSTANCE.recover(U256(digest), U256(r), U256(s), odd)
    return int(address).to_bytes(20, "big") if found else None


@pytest.fixture
def recover(target) -> Recover:
    def call(digest: int, r: int, s: int, odd: bool) -> bytes | None:
        found, address = target.call(f"{CALLS}:recover", digest, r, s, odd)
        return address.to_bytes(20, "big") if found else None

    return call


def recover_coincurve(digest: int, r: int, s: int, odd: bool) -> bytes | None:
    signature = r.to_bytes(32, "big") + s.to_bytes(32, "big") + bytes([odd])
    message = digest.to_bytes(32, "big")
    try:
        key = coincurve.PublicKey.from_signature_and_message(
            signature, message, hasher=None
        )
    except Exception:
        return None
    encoded = key.format(compressed=False)[1:]
    return keccak.new(digest_bits=256, data=encoded).digest()[12:]


words = st.integers(0, 2**256 - 1)
scalars = st.one_of(st.integers(1, N - 1), st.integers(1, 300), st.integers(N - 300, N))


@settings(max_examples=25, deadline=None)
@given(words, scalars, scalars, st.booleans())
def test_any_numbers_give_what_coincurve_gives(digest, r, s, odd):
    assert recover_cpython(digest, r, s, odd) == recover_coincurve(digest, r, s, odd)


@settings(max_examples=10, deadline=None)
@given(st.binary(min_size=32, max_size=32), st.integers(1, N - 1))
def test_the_signer_is_recovered(message, secret):
    key = coincurve.PrivateKey.from_int(secret)
    signature = key.sign_recoverable(message, hasher=None)
    encoded = key.public_key.format(compressed=False)[1:]

    got = recover_cpython(
        int.from_bytes(message, "big"),
        int.from_bytes(signature[:32], "big"),
        int.from_bytes(signature[32:64], "big"),
        signature[64] == 1,
    )

    assert got == keccak.new(digest_bits=256, data=encoded).digest()[12:]


@pytest.mark.parametrize(
    ("digest", "s"), [(0, 1), (N, 1), (N - 1, N - 1), (2**256 - 1, 1), (1, N // 2)]
)
@pytest.mark.parametrize("r", [1, 2, 3, 4, 6, 8])
@pytest.mark.parametrize("odd", [False, True])
def test_small_and_border_numbers(recover, digest, r, s, odd):
    assert recover(digest, r, s, odd) == recover_coincurve(digest, r, s, odd)


def generator_cases():
    """R = +-k G with digests that make both sums meet, double or cancel."""
    for k in (1, 2, 3, 5, 7, 2**128, N - 2):
        key = coincurve.PrivateKey.from_int(k)
        encoded = key.public_key.format(compressed=False)
        r, y = int.from_bytes(encoded[1:33], "big"), int.from_bytes(encoded[33:], "big")
        for multiple in (1, 2, 3, 2**128, N - 1):
            s = multiple * r % N
            yield (k * s) % N, r, s, y % 2 == 1
            yield (-k * s) % N, r, s, y % 2 == 1


@pytest.mark.parametrize("case", generator_cases())
def test_points_that_meet_during_the_sum(recover, case):
    assert recover(*case) == recover_coincurve(*case)


def test_a_key_at_infinity_is_refused(recover):
    digest, r, s, odd = next(generator_cases())

    assert recover(digest, r, s, odd) is None
    assert recover(digest, r, s, not odd) is not None


@pytest.mark.parametrize(
    ("r", "s"), [(0, 1), (1, 0), (N, 1), (1, N), (N + 1, 1), (1, 2**256 - 1)]
)
def test_numbers_outside_the_group_are_refused(recover, r, s):
    assert recover(5, r, s, False) is None


def test_an_abscissa_beside_the_curve_is_refused(recover):
    r = next(x for x in range(1, 99) if pow(x**3 + 7, (P - 1) // 2, P) != 1)

    assert recover(5, r, 1, False) is None


def test_published_vectors(recover, shared):
    for vector in load_vectors(shared, "ecRecover"):
        data = vector.input.ljust(128, b"\0")[:128]
        digest, v, r, s = (
            int.from_bytes(data[i : i + 32], "big") for i in range(0, 128, 32)
        )
        found = recover(digest, r, s, v == 28) if v in (27, 28) else None
        expected = found.rjust(32, b"\0") if found is not None else b""
        assert expected == vector.expected, vector.name


@pytest.mark.cpython
@settings(max_examples=100, deadline=None)
@given(st.data())
def test_inverse_of_numbers_of_every_size(data):
    modulus = data.draw(st.sampled_from([P, N, 2**255 - 19, 2**61 - 1, 2**31 - 1, 7]))
    bits = data.draw(st.integers(1, modulus.bit_length()))
    x = data.draw(st.integers(1, min(2**bits, modulus) - 1))

    assert int(invert(U256(x), U256(modulus))) == pow(x, -1, modulus)


@pytest.mark.cpython
@pytest.mark.parametrize("gap", [1, 2, 2**16, 2**31, 2**32, 2**33, 2**64, 2**200])
def test_inverse_where_quotients_are_huge(gap):
    for x in (gap, P - gap, P // gap, P // gap + 1, P - P // gap):
        if 0 < x < P:
            assert int(invert(U256(x), U256(P))) == pow(x, -1, P)
