"""Blobs against c-kzg and against Lagrange's formula (EIP-4844)."""

import hashlib
from functools import cache
from pathlib import Path

import ckzg
import eth
import pytest

from tests.guest.crypto.kzg_cases import ENGINES, GUEST, INFINITY, N, ask
from tests.support.target import make_target
from zkos.guest.crypto.blob import BLOB_DATA_BYTES, ELEMENTS

SETUP = Path(eth.__file__).parent / "_utils" / "kzg_trusted_setup.txt"
ROOT = pow(7, (N - 1) // 4096, N)
LENGTHS = [31, 32, 61, 62, 63, 1000, 31 * 2048, 31 * 2048 + 1, 126976]
POINTS = [0, 1, N - 1, 2**128 - 1, pow(ROOT, 5, N), ROOT]
FEW_POINTS = [0, 2**128 - 1]
"""For long data, whose sum of inverses takes a while."""


@pytest.fixture(params=ENGINES)
def target(request):
    return make_target(request.param, tuple(GUEST))


@cache
def setup():
    return ckzg.load_trusted_setup(str(SETUP), 0)


def data_of(length: int) -> bytes:
    block = hashlib.sha512(length.to_bytes(4, "big")).digest()
    return (block * (length // 64 + 1))[:length]


def blob_of(data: bytes) -> bytes:
    pieces = [data[start : start + 31] for start in range(0, len(data), 31)]
    blob = b"".join(b"\0" + piece.ljust(31, b"\0") for piece in pieces)
    return blob.ljust(32 * 4096, b"\0")


@cache
def advice(length: int) -> tuple[bytes, bytes]:
    """Commitment and proof (oracle spec 1.4)."""
    data = data_of(length)
    blob = blob_of(data)
    commitment = ckzg.blob_to_kzg_commitment(blob, setup())
    name = b"\x01" + hashlib.sha256(commitment).digest()[1:]
    z = bytes(16) + hashlib.blake2s(name + data).digest()[16:]
    proof, _ = ckzg.compute_kzg_proof(blob, z, setup())
    return commitment, proof


def reversed_bits(number: int) -> int:
    return int(f"{number:012b}"[::-1], 2)


def lagrange(data: bytes, z: int) -> int:
    """The value at z of the polynomial with the given values."""
    blob = blob_of(data)
    total = 0
    for index in range(4096):
        value = int.from_bytes(blob[32 * index : 32 * index + 32], "big")
        if value == 0:
            continue
        root = pow(ROOT, reversed_bits(index), N)
        if root == z:
            return value
        total += value * root * pow(z - root, -1, N)
    return total * (pow(z, 4096, N) - 1) * pow(4096, -1, N) % N


def test_a_blob_carries_31_bytes_an_element():
    assert (int(ELEMENTS), int(BLOB_DATA_BYTES)) == (4096, 126976)


@pytest.mark.parametrize(
    ("length", "z"),
    [
        (length, z)
        for length in LENGTHS
        for z in (POINTS if length <= 1000 else FEW_POINTS)
    ],
)
def test_value_of_the_polynomial(target, length, z):
    data = data_of(length)
    assert ask(target, "evaluate_blob", data, z) == lagrange(data, z)


@pytest.mark.parametrize("length", LENGTHS)
def test_right_openings(target, length):
    commitment, proof = advice(length)
    assert ask(target, "open_blob", data_of(length), commitment, proof) is True


@pytest.mark.parametrize("length", [31, 1000, 126976])
def test_a_commitment_to_other_data_opens_nothing(target, length):
    commitment, proof = advice(length)
    for position in (0, length // 2, length - 1):
        other = bytearray(data_of(length))
        other[position] ^= 1
        assert ask(target, "open_blob", bytes(other), commitment, proof) is False


def test_another_length_is_other_data(target):
    """Also where the blob would be the same: the point differs."""
    commitment, proof = advice(1000)
    assert ask(target, "open_blob", data_of(1000) + b"\0", commitment, proof) is False


def test_wrong_advice_opens_nothing(target):
    data = data_of(1000)
    commitment, proof = advice(1000)
    other_commitment, other_proof = advice(62)
    negative = bytes([proof[0] ^ 0x20]) + proof[1:]
    for wrong in (
        (other_commitment, proof),
        (commitment, other_proof),
        (commitment, negative),
        (commitment, INFINITY),
        (INFINITY, INFINITY),
        (commitment, bytes(48)),
        (b"\xff" * 48, proof),
    ):
        assert ask(target, "open_blob", data, *wrong) is False


def test_zeros_are_committed_to_by_infinity(target):
    assert ask(target, "open_blob", bytes(100), INFINITY, INFINITY) is True


@pytest.mark.parametrize(("first", "second"), [(126976, 31), (31, 1000), (1000, 63)])
def test_one_verifier_serves_many(target, first, second):
    pairs = [(length, b"".join(advice(length))) for length in (first, second)]
    (one, right), (two, good) = pairs
    result = ask(target, "open_two_blobs", data_of(one), right, data_of(two), good)
    assert result == (True, True)
    result = ask(target, "open_two_blobs", data_of(one), good, data_of(two), good)
    assert result == (False, True)
