"""Modular powers against Python and published vectors."""

from collections.abc import Callable

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from tests.guest.crypto.engines import CALLS, GUEST  # noqa: F401 - for `target`
from tests.guest.crypto.vectors import load_vectors
from zkos.guest.crypto.modexp import Modexp
from zkos.lang.memory import view_of

Run = Callable[[bytes, bytes, bytes], bytes]
INSTANCE = Modexp()


def run_cpython(base: bytes, exponent: bytes, modulus: bytes) -> bytes:
    out = view_of(b"\xee" * len(modulus))
    INSTANCE.run(view_of(base), view_of(exponent), view_of(modulus), out)
    return bytes(out)


@pytest.fixture
def run(target) -> Run:
    def call(base: bytes, exponent: bytes, modulus: bytes) -> bytes:
        out = bytearray(b"\xee" * len(modulus))
        target.call(f"{CALLS}:modexp", base, exponent, modulus, out)
        return bytes(out)

    return call


def expected(base: bytes, exponent: bytes, modulus: bytes) -> bytes:
    b, e, m = (int.from_bytes(data, "big") for data in (base, exponent, modulus))
    return (pow(b, e, m) if m else 0).to_bytes(len(modulus), "big")


@st.composite
def structured_numbers(draw, max_bytes: int) -> bytes:
    """Bytes that spell zeros, powers of two, runs of ones, or anything."""
    length = draw(st.integers(0, max_bytes))
    bits = 8 * length
    form = draw(st.integers(0, 3))
    value = draw(st.integers(0, 2**bits - 1))
    low, high = sorted(draw(st.tuples(st.integers(0, bits), st.integers(0, bits))))
    match form:
        case 0:
            value = (value >> high) << low
        case 1:
            value = 2**high - 2**low
        case 2:
            value = 2**low
    return (value % 2**bits).to_bytes(length, "big")


@settings(max_examples=200, deadline=None)
@given(structured_numbers(140), structured_numbers(12), structured_numbers(140))
@example(b"", b"", b"\x01")
@example(b"", b"", b"\x02")
@example(b"\x02", b"\xff" * 9, b"\x01" + bytes(70))
@example(b"\xff" * 64, b"\xff" * 9, b"\xff" * 64)
@example(b"\xff" * 200, b"\x01", b"\xff" * 31 + b"\xfe")
def test_powers_are_those_of_python(base, exponent, modulus):
    got = run_cpython(base, exponent, modulus)

    assert got == expected(base, exponent, modulus)


@pytest.mark.slow
@settings(max_examples=3000, deadline=None)
@given(structured_numbers(600), structured_numbers(50), structured_numbers(300))
def test_many_powers_are_those_of_python(base, exponent, modulus):
    got = run_cpython(base, exponent, modulus)

    assert got == expected(base, exponent, modulus)


@pytest.mark.parametrize("length", [0, 1, 32, 33, 96])
def test_modulus_zero_gives_zeros(run, length):
    assert run(b"\x05", b"\x03", bytes(length)) == bytes(length)


@pytest.mark.parametrize("modulus", [b"\x01", bytes(40) + b"\x01"])
def test_modulus_one_gives_zeros(run, modulus):
    assert run(b"", b"", modulus) == bytes(len(modulus))
    assert run(b"\x07", b"\x02", modulus) == bytes(len(modulus))


@pytest.mark.parametrize("modulus", [b"\x02", b"\x07", b"\x01" + bytes(32)])
def test_power_zero_is_one(run, modulus):
    for base in (b"", b"\x00", b"\x09", modulus):
        for exponent in (b"", bytes(50)):
            assert run(base, exponent, modulus) == b"\x01".rjust(len(modulus), b"\0")


@pytest.mark.parametrize("bits", [*range(1, 20), 255, 256, 257, 511, 512, 513, 1023])
def test_every_split_of_an_even_modulus(run, bits):
    for odd in (1, 3, 2**255 + 1, 2**256 + 1, 2**512 - 1):
        modulus = (odd << bits).to_bytes(200, "big")
        base, exponent = b"\xab" * 70, b"\x05\x03"
        assert run(base, exponent, modulus) == expected(base, exponent, modulus)


def test_kilobytes(run):
    modulus = bytes(range(256)) * 4
    base = b"\x37" * 3000

    for case in (modulus, modulus[:-1] + b"\xf1"):
        assert run(base, b"\x01\x00\x01", case) == expected(base, b"\x01\x00\x01", case)


def test_published_vectors(run, shared):
    for vector in load_vectors(shared, "modexp_eip2565"):
        data = vector.input
        sizes = [int.from_bytes(data[i : i + 32], "big") for i in (0, 32, 64)]
        body = data[96:].ljust(sum(sizes), b"\0")
        base, rest = body[: sizes[0]], body[sizes[0] :]
        exponent, rest = rest[: sizes[1]], rest[sizes[1] :]
        got = run(base, exponent, rest[: sizes[2]])
        assert got == vector.expected, vector.name
