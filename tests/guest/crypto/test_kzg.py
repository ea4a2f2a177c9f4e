"""BLS12-381 and KZG proofs against py_ecc, c-kzg and the published vector.

Polynomials are committed to by the powers of the secret in the trusted setup that
py-evm carries, so that right proofs of any value can be made.
"""

import hashlib
from functools import cache
from pathlib import Path

import eth
import pytest
from py_ecc import optimized_bls12_381 as ecc
from py_ecc.bls.point_compression import compress_G1, decompress_G1

from tests.guest.crypto.vectors import load_vectors
from tests.support.target import make_target
from zkos.guest.crypto.bls381_constants import ORDER
from zkos.guest.crypto.bls381_lines import GENERATOR, TAU, decompress

CALLS = "tests.guest.crypto.kzg_calls"
NAMES = (
    "fp_operations fp2_operations decompress combine verify_proof verify_twice "
    "evaluate_point"
)
GUEST = [f"{CALLS}:{name}" for name in NAMES.split()]
P = ecc.field_modulus
N = ecc.curve_order
SETUP = Path(eth.__file__).parent / "_utils" / "kzg_trusted_setup.txt"
LAGRANGE_POINTS, G2_POINTS = 4096, 65
INFINITY = bytes([0xC0]) + bytes(47)
U = 0xD201000000010000


@pytest.fixture(
    params=[
        pytest.param("native", marks=pytest.mark.native),
        pytest.param("riscv", marks=pytest.mark.riscv),
        pytest.param("cpython", marks=[pytest.mark.cpython, pytest.mark.slow]),
    ]
)
def target(request):
    """Every engine; CPython takes seconds a proof."""
    return make_target(request.param, tuple(GUEST))


@cache
def setup_lines() -> list[str]:
    return SETUP.read_text().split()[2:]


def power_of_tau(exponent: int):
    text = setup_lines()[LAGRANGE_POINTS + G2_POINTS + exponent]
    return decompress_G1(int(text, 16))


def compress(point) -> bytes:
    return int(compress_G1(point)).to_bytes(48, "big")


def g1(k: int):
    return ecc.multiply(ecc.G1, k % N)


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


def ask(target, name, *arguments):
    return target.call(f"{CALLS}:{name}", *arguments)


# Fields.


def double_word(x: int) -> bytes:
    return x.to_bytes(64, "big")


SPECIAL = [0, 1, 2, 3, P - 1, P - 2, P // 2, P // 2 + 1, 2**256 - 1, 2**256, 2**380]
# Numbers whose Montgomery form is special, where carries are at their limits.
SPECIAL += [x * pow(2, -512, P) % P for x in (1, 2**256, 2**256 - 1, P - 1, P - 2**256)]
RANDOM = [
    int.from_bytes(hashlib.sha512(bytes([i])).digest(), "big") % P for i in range(8)
]
ELEMENTS = SPECIAL + RANDOM


def results(target, name, count, *numbers) -> tuple[object, list[int]]:
    out = bytearray(64 * count)
    ended = ask(target, name, b"".join(map(double_word, numbers)), out)
    return ended, [
        int.from_bytes(out[i : i + 64], "big") for i in range(0, 64 * count, 64)
    ]


def test_prime_field(target):
    for i, x in enumerate(ELEMENTS):
        for y in (ELEMENTS[(i + 1) % len(ELEMENTS)], x, P - 1, -x % P):
            found, values = results(target, "fp_operations", 8, x, y)
            inverse = pow(x, -1, P) if x else 0
            plain = [x * y, x * x, x + y, x - y, -x, x * pow(2, -1, P), inverse]
            assert values[:7] == [value % P for value in plain], (x, y)
            assert found == (pow(x, (P - 1) // 2, P) in (0, 1))
            assert not found or values[7] ** 2 % P == x


def test_quadratic_extension(target):
    count = len(ELEMENTS)
    for i in range(count):
        x = [ELEMENTS[i], ELEMENTS[(5 * i + 1) % count]]
        for y in ([ELEMENTS[(7 * i + 2) % count], ELEMENTS[(3 * i) % count]], x):
            _, values = results(target, "fp2_operations", 14, *x, *y)
            left, right = ecc.FQ2(x), ecc.FQ2(y)
            expected = [
                *(left * right, left * left, left + right, left - right),
                *(left * ecc.FQ2([1, 1]), ecc.FQ2([x[0], -x[1]]), left.inv()),
            ]
            assert values == [int(c) for each in expected for c in each.coeffs]


# Points.


def coordinates(point) -> bytes:
    if ecc.is_inf(point):
        return bytes(128)
    return b"".join(double_word(int(c)) for c in ecc.normalize(point))


def read(target, data: bytes) -> bytes | None:
    out = bytearray(b"\xee" * 128)
    return bytes(out) if ask(target, "decompress", data, out) else None


@pytest.mark.parametrize("k", [1, 2, 3, U, U * U, N - U * U, N - 1, N // 2, 12345])
def test_compressed_points_are_read(target, k):
    assert read(target, compress(g1(k))) == coordinates(g1(k))
    assert read(target, compress(g1(-k))) == coordinates(g1(-k))


def test_infinity_is_read(target):
    assert read(target, INFINITY) == bytes(128)


def malformed_points() -> dict[str, bytes]:
    good = compress(g1(5))
    x = int.from_bytes(good, "big") % 2**381

    def flagged(flags: int, number: int) -> bytes:
        return ((flags << 381) + number).to_bytes(48, "big")

    off = next(x for x in range(1, 99) if pow(x**3 + 4, (P - 1) // 2, P) == P - 1)
    return {
        "no flag of compression": flagged(0, x),
        "larger but not compressed": flagged(1, x),
        "infinite but not compressed": flagged(2, 0),
        "infinite with a sign": flagged(7, 0),
        "infinite with a low bit": flagged(6, 1),
        "infinite with a high bit": flagged(6, 1 << 380),
        "infinite with a middle bit": flagged(6, 1 << 256),
        "x is the modulus": flagged(4, P),
        "x exceeds the modulus": flagged(4, P + 1),
        "x has all bits": flagged(4, 2**381 - 1),
        "x is reducible": flagged(4, x + P if x + P < 2**381 else P + 4),
        "x of no point": flagged(4, off),
        "zeros": bytes(48),
        "ones": b"\xff" * 48,
    }


@pytest.mark.parametrize("name", malformed_points())
def test_malformed_points_are_refused(target, name):
    assert read(target, malformed_points()[name]) is None


def curve_points(count: int):
    """Points at small x, nearly all outside of the subgroup."""
    x = 0
    while count:
        root = pow(x**3 + 4, (P + 1) // 4, P)
        if root * root % P == (x**3 + 4) % P:
            count -= 1
            yield ecc.FQ(x), ecc.FQ(root), ecc.FQ(1)
        x += 1


COFACTOR = (U + 1) ** 2 // 3


def test_points_outside_the_subgroup_are_refused(target):
    for point in curve_points(4):
        assert ecc.is_on_curve(point, ecc.b)
        inside = ecc.multiply(point, COFACTOR)
        assert not ecc.is_inf(ecc.multiply(point, N))
        assert read(target, compress(point)) is None
        assert read(target, compress(inside)) == coordinates(inside)


def test_points_of_low_order_are_refused(target):
    # Also the sums of such points and points of the subgroup. The multiple of any
    # point by the order and u - 1 is infinite, although the cofactor has its square.
    factors = [q for q in range(2, 2**16) if COFACTOR % q == 0 and is_prime(q)]
    assert factors == [3, 11, 10177]
    for factor in factors:
        points = (ecc.multiply(p, (U + 1) // factor * N) for p in curve_points(20))
        low = next(point for point in points if not ecc.is_inf(point))
        assert ecc.is_inf(ecc.multiply(low, factor))
        assert read(target, compress(low)) is None
        assert read(target, compress(ecc.add(low, g1(3)))) is None


def is_prime(number: int) -> bool:
    return all(number % q for q in range(2, int(number**0.5) + 1))


SCALARS = [0, 1, 2, 7, U * U - 1, U * U, U * U + 1, N // 3, N - 2, N - 1, 2**128]


def test_combinations(target):
    for k in (1, 2, N - 1, 98765):
        for i, factor in enumerate(SCALARS):
            for less in (SCALARS[(3 * i + 2) % len(SCALARS)], factor * k % N):
                out = bytearray(128)
                ask(target, "combine", compress(g1(k)), factor, less, out)
                assert out == coordinates(g1(k * factor - less)), (k, factor, less)


def test_combinations_with_infinity(target):
    out = bytearray(128)
    for factor, less in ((0, 0), (5, 0), (N - 1, 9)):
        ask(target, "combine", INFINITY, factor, less, out)
        assert out == coordinates(g1(-less))


# Proofs.


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
