"""Every price formula at the bounds of its operands, against plain integers.

Guest arithmetic traps where it would leave 64 bits, so what equals the integers has
not wrapped.
"""

from collections.abc import Callable

import pytest

from tests.guest.objects import (
    OBJECTS,
    blake2f_native,
    blake2s_native,
    code_native,
    event_ergs,
    event_native,
    hash_native,
    identity_ergs,
    identity_native,
    keccak_ergs,
    keccak_native,
    memory_gas,
    message_ergs,
    message_native,
    native_price,
    pairing_ergs,
    pairing_native,
    price,
    ripemd160_ergs,
    sha256_ergs,
)
from zkos.guest.evm.operands import words
from zkos.guest.hooks.extensions import ERGS_BLAKE2F_ROUND
from zkos.guest.protocol.evm_native import (
    NATIVE_CODE_BYTE,
    NATIVE_COPY,
    NATIVE_EXP,
    NATIVE_EXP_BYTE,
)
from zkos.guest.protocol.gas import (
    ERGS_COPY_WORD,
    ERGS_CREATE2_WORD,
    ERGS_EXP,
    ERGS_EXP_BYTE,
)
from zkos.guest.protocol.io_ergs import ERGS_CODE_BYTE, ERGS_FORCED_CODE_BYTE
from zkos.guest.system.errors import OutOfErgs
from zkos.lang.ints import U32, U64, U256

GUEST = OBJECTS
pytestmark = pytest.mark.usefixtures("target")

TOP32, TOP64, TOP256 = 2**32 - 1, 2**64 - 1, 2**256 - 1
LENGTHS = [0, 1, 31, 32, 33, 55, 56, 63, 64, 65, 135, 136, 137, 2**31, TOP32]


def up(number: int, unit: int) -> int:
    return -(-number // unit)


def keccak(length: int) -> int:
    return 2500 + 17500 * max(1, up(length, 136))


def blake2s(length: int) -> int:
    return 800 + 340 * up(length, 64)


def padded_hash(length: int) -> int:
    return 1600 + 4200 * (length // 64 + 1 + (length % 64 > 55))


OF_A_LENGTH: list[tuple[Callable[[U32], U64], Callable[[int], int]]] = [
    (keccak_native, keccak),
    (blake2s_native, blake2s),
    (code_native, lambda n: 500 + blake2s(n)),
    (message_native, lambda n: 80000 + keccak(n) + 6000 + 2 * n),
    (keccak_ergs, lambda n: 256 * (30 + 6 * up(n, 32))),
    (message_ergs, lambda n: 256 * (48 + 126 + 30 + 6 * up(n, 32) + 375 + 8 * n)),
    (sha256_ergs, lambda n: 256 * (60 + 12 * up(n, 32))),
    (ripemd160_ergs, lambda n: 256 * (600 + 120 * up(n, 32))),
    (hash_native, padded_hash),
    (identity_ergs, lambda n: 256 * (15 + 3 * up(n, 32))),
    (identity_native, lambda n: 20 + 10 * n),
    (pairing_ergs, lambda n: 256 * (45000 + 34000 * n)),
    (pairing_native, lambda n: 15000000 * (n + 1)),
    (blake2f_native, lambda n: 20000 + 3000 * n),
    (lambda n: ERGS_BLAKE2F_ROUND * U64(n), lambda n: 256 * n),
    (lambda n: ERGS_CODE_BYTE * U64(n), lambda n: 256 * 200 * n),
    (lambda n: ERGS_FORCED_CODE_BYTE * U64(n), lambda n: 256 * 50 * n),
    (lambda n: NATIVE_CODE_BYTE * U64(n), lambda n: 6 * n),
    (lambda n: NATIVE_COPY + U64(n), lambda n: 80 + n),
    (lambda n: ERGS_COPY_WORD * words(n), lambda n: 256 * 3 * up(n, 32)),
    (lambda n: ERGS_CREATE2_WORD * words(n), lambda n: 256 * 8 * up(n, 32)),
    (lambda n: ERGS_EXP + ERGS_EXP_BYTE * U64(n), lambda n: 256 * (10 + 50 * n)),
    (lambda n: NATIVE_EXP + NATIVE_EXP_BYTE * U64(n), lambda n: 700 + 5000 * n),
]


@pytest.mark.parametrize("length", LENGTHS)
@pytest.mark.parametrize("number", range(len(OF_A_LENGTH)))
def test_price_of_a_length(number: int, length: int) -> None:
    guest, plain = OF_A_LENGTH[number]
    assert int(guest(U32(length))) == plain(length) <= TOP64


@pytest.mark.parametrize("length", [0, 1, TOP32])
@pytest.mark.parametrize("topics", [0, 4, TOP32])
def test_price_of_an_event(topics: int, length: int) -> None:
    ergs = 256 * (375 + 375 * topics + 8 * length)
    assert int(event_ergs(U32(topics), U32(length))) == ergs
    native = 6000 + 200 * topics + 2 * length
    assert int(event_native(U32(topics), U32(length))) == native


@pytest.mark.parametrize("count", [0, 1, 22, 23, 724, 2**27 - 1, TOP32])
def test_price_of_memory(count: int) -> None:
    gas = int(memory_gas(U32(count)))
    assert gas == 3 * count + count * count // 512
    assert 256 * gas <= TOP64


SIZES = [0, 1, 32, 33, 2**16, TOP32]


@pytest.mark.parametrize("base", SIZES)
@pytest.mark.parametrize("modulus", SIZES)
@pytest.mark.parametrize("exponent", SIZES)
@pytest.mark.parametrize("head", [0, 1, TOP256])
def test_price_of_modexp(base: int, modulus: int, exponent: int, head: int) -> None:
    """EIP-2565; what no gas limit can pay for runs out of gas."""

    def gas(modulus: int) -> int:
        size = up(max(base, modulus), 8)
        bits = max(1, head.bit_length()) - 1 + 8 * max(0, exponent - 32)
        return max(200, size * size * max(1, bits) // 3)

    operands = U64(base), U64(exponent)
    for guest, length, factor in (
        (price, modulus, 1),
        (native_price, up(modulus, 32) * 32, 300),
    ):
        expected = gas(length)
        data = (b"",) if guest is native_price else ()
        if 256 * expected > TOP64:
            with pytest.raises(OutOfErgs):
                guest(*data, *operands, U64(modulus), U256(head))
        else:
            answer = guest(*data, *operands, U64(modulus), U256(head))
            assert int(answer) == min(TOP64, factor * expected)
