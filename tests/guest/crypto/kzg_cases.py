"""What the tests of BLS12-381 and of KZG proofs share."""

import pytest
from py_ecc import optimized_bls12_381 as ecc
from py_ecc.bls.point_compression import compress_G1

CALLS = "tests.guest.crypto.kzg_calls"
NAMES = (
    "fp_operations fp2_operations decompress combine verify_proof verify_twice "
    "evaluate_point evaluate_blob open_blob open_two_blobs"
)
GUEST = [f"{CALLS}:{name}" for name in NAMES.split()]
ENGINES = [
    pytest.param("native", marks=pytest.mark.native),
    pytest.param("riscv", marks=pytest.mark.riscv),
    # Takes seconds a proof.
    pytest.param("cpython", marks=[pytest.mark.cpython, pytest.mark.slow]),
]
P = ecc.field_modulus
N = ecc.curve_order
INFINITY = bytes([0xC0]) + bytes(47)


def ask(target, name, *arguments):
    return target.call(f"{CALLS}:{name}", *arguments)


def compress(point) -> bytes:
    return int(compress_G1(point)).to_bytes(48, "big")


def g1(k: int):
    return ecc.multiply(ecc.G1, k % N)


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
