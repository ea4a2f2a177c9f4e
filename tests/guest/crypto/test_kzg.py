"""KZG proofs against py_ecc, c-kzg and the published vector.

Polynomials are committed to by the powers of the secret in the trusted setup that
py-evm carries, so that right proofs of any value can be made.
"""

import hashlib
from functools import cache
from pathlib import Path

import eth
import pytest
from py_ecc import optimized_bls12_381 as ecc
from py_ecc.bls.point_compression import decompress_G1

from tests.guest.crypto.kzg_cases import (
    ENGINES,
    GUEST,
    INFINITY,
    N,
    ask,
    compress,
    g1,
    malformed_points,
)
from tests.guest.crypto.vectors import load_vectors
from tests.support.target import make_target
from zkos.guest.crypto.bls381_constants import ORDER
from zkos.guest.crypto.bls381_lines import GENERATOR, TAU, decompress

SETUP = Path(eth.__file__).parent / "_utils" / "kzg_trusted_setup.txt"
LAGRANGE_POINTS, G2_POINTS = 4096, 65


@pytest.fixture(params=ENGINES)
def target(request):
    return make_target(request.param, tuple(GUEST))


@cache
def setup_lines() -> list[str]:
    return SETUP.read_text().split()[2:]


def power_of_tau(exponent: int):
    text = setup_lines()[LAGRANGE_POINTS + G2_POINTS + exponent]
    return decompress_G1(int(text, 16))


def word(x: int) -> bytes:
    return x.to_bytes(32, "big")


def commit(polynomial: list[int]) -> bytes:
    total = ecc.Z1
    for exponent, coefficient in enumerate(polynomial):
        term = ecc.multiply(power_of_tau(exponent), coefficient % N)
        total = ecc.add(total, term)
    return compress(total)


def prove(polynomial: list[int], z: int) -> tuple[bytes, int]:
    """The proof at z and the value there, by Horner's division by X - z."""
    value, quotient = 0, []
    for coefficient in reversed(polynomial):
        quotient.insert(0, value)
        value = (value * z + coefficient) % N
    return commit(quotient[:-1]), value


def evaluation(commitment: bytes, z: int, y: int, proof: bytes) -> bytes:
    versioned = b"\1" + hashlib.sha256(commitment).digest()[1:]
    return versioned + word(z) + word(y) + commitment + proof


def test_published_vector(target, shared):
    (vector,) = load_vectors(shared, "pointEvaluation")
    assert ask(target, "evaluate_point", vector.input) is True
    expected = word(4096) + word(int(ORDER))
    assert vector.expected == expected


def test_any_changed_field_of_the_published_vector_is_refused(target, shared):
    (vector,) = load_vectors(shared, "pointEvaluation")
    # Last bytes of the hash, z, y, commitment and proof, and the version.
    for position in (0, 31, 63, 95, 143, 191):
        wrong = bytearray(vector.input)
        wrong[position] ^= 1
        assert ask(target, "evaluate_point", bytes(wrong)) is False, position


@pytest.mark.parametrize("length", [0, 1, 191, 193, 384])
def test_other_lengths_are_refused(target, shared, length):
    (vector,) = load_vectors(shared, "pointEvaluation")
    data = (vector.input * 2)[:length]
    assert ask(target, "evaluate_point", data) is False


POLYNOMIALS = [[5, 3], [0, 1], [N - 1, N - 2, 77], [0, 0, 0, 1], [9, 8, 7, 6, 5]]


@pytest.mark.parametrize("polynomial", POLYNOMIALS)
@pytest.mark.parametrize("z", [0, 1, N - 1, 2**200 + 17])
def test_proofs_of_polynomials(target, polynomial, z):
    commitment = commit(polynomial)
    proof, y = prove(polynomial, z)
    assert ask(target, "verify_proof", commitment, z, y, proof) is True
    for wrong_z, wrong_y in ((z, (y + 1) % N), ((z + 1) % N, y)):
        assert not ask(target, "verify_proof", commitment, wrong_z, wrong_y, proof)
    negative = bytes([proof[0] ^ 0x20]) + proof[1:]
    assert ask(target, "verify_proof", commitment, z, y, negative) is False


@pytest.mark.parametrize("constant", [0, 1, 2, N - 1])
def test_proofs_of_constants_are_infinite(target, constant):
    commitment = commit([constant])
    for z in (0, 1, N - 1):
        assert ask(target, "verify_proof", commitment, z, constant, INFINITY) is True
        other = (constant + 1) % N
        assert ask(target, "verify_proof", commitment, z, other, INFINITY) is False
        assert ask(target, "verify_proof", compress(g1(7)), z, 7, compress(g1(1))) is (
            False
        )


def test_numbers_out_of_range_are_refused(target):
    one = compress(g1(1))
    assert ask(target, "verify_proof", one, N - 1, 1, INFINITY) is True
    for z, y in ((N, 1), (2**256 - 1, 1), (0, N + 1), (0, 2**256 - 1), (N, N + 1)):
        assert ask(target, "verify_proof", one, z, y, INFINITY) is False


def test_the_value_at_the_secret_itself_is_refused(target):
    # A sum at infinity with a finite proof: commitment - y G = -z proof.
    commitment = compress(g1(12 - 5 * 3))
    assert ask(target, "verify_proof", commitment, 5, 12, compress(g1(3))) is False


@pytest.mark.parametrize("name", malformed_points())
def test_malformed_points_make_no_proof(target, name):
    point = malformed_points()[name]
    right = evaluation(compress(g1(4)), 1, 4, INFINITY)
    assert ask(target, "evaluate_point", right) is True
    wrong = [evaluation(point, 1, 4, INFINITY), right[:144] + point]
    assert [ask(target, "evaluate_point", data) for data in wrong] == [False, False]


def test_other_versions_and_hashes_are_refused(target):
    right = evaluation(compress(g1(4)), 1, 4, INFINITY)
    digest = hashlib.sha256(compress(g1(4))).digest()
    for first in (digest, b"\0" + digest[1:], b"\2" + digest[1:], bytes(32)):
        assert ask(target, "evaluate_point", first + right[32:]) is False


def test_one_verifier_serves_many(target, shared):
    (vector,) = load_vectors(shared, "pointEvaluation")
    wrong = vector.input[:-1] + bytes([vector.input[-1] ^ 1])
    constant = evaluation(compress(g1(4)), 1, 4, INFINITY)
    good = vector.input
    for first, second in ((wrong, good), (constant, good), (good, constant)):
        expected = (first is not wrong, second is not wrong)
        assert ask(target, "verify_twice", first, second) == expected


def test_the_fixed_points_are_those_of_the_setup():
    assert setup_lines()[LAGRANGE_POINTS : LAGRANGE_POINTS + 2] == [GENERATOR, TAU]
    x, y = decompress(GENERATOR)
    assert [tuple(map(int, c.coeffs)) for c in ecc.normalize(ecc.G2)] == [x, y]
    x, y = decompress(TAU)
    point = (ecc.FQ2(x), ecc.FQ2(y), ecc.FQ2.one())
    assert ecc.pairing(ecc.G2, power_of_tau(1)) == ecc.pairing(point, ecc.G1)


@pytest.mark.slow
def test_verdicts_are_those_of_ckzg(target):
    import ckzg

    setup = ckzg.load_trusted_setup(str(SETUP), 0)
    for seed in range(6):
        words = [hashlib.sha256(bytes([seed, i & 255, i >> 8])) for i in range(4096)]
        blob = b"".join(b"\0" + each.digest()[1:] for each in words)
        z = words[seed].digest()
        z = word(int.from_bytes(z, "big") % N)
        commitment = ckzg.blob_to_kzg_commitment(blob, setup)
        proof, y = ckzg.compute_kzg_proof(blob, z, setup)
        for value in (y, z):
            expected = ckzg.verify_kzg_proof(commitment, z, value, proof, setup)
            numbers = [int.from_bytes(each, "big") for each in (z, value)]
            given = (commitment, *numbers, proof)
            assert ask(target, "verify_proof", *given) is expected
