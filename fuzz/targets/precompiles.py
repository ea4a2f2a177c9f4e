"""Precompiled contracts' mathematics against libraries: curves, powers, signatures."""

from typing import Any, Final

from fuzz.strategies.numbers import data, near, word
from fuzz.strategies.precompiles import ecrecover, precompile_input
from fuzz.strategies.source import Source
from fuzz.targets.atheris_driver import main
from fuzz.targets.calls import CALLS, Argument, CallTarget, Function, padded
from fuzz.targets.references import (
    P256_ORDER,
    bn254_multiple,
    bn254_product_is_one,
    bn254_sum,
    p256_good,
    recovered,
    words_of,
)

_WORD: Final = 1 << 256
_MOST_MODEXP_BYTES: Final = 200
_MOST_PAIRS: Final = 2
_PAIR_BYTES: Final = 192
_P256_BYTES: Final = 160


def _signature(source: Source) -> tuple[Argument, ...]:
    digest, v, r, s = words_of(padded(ecrecover(source), 128))
    return digest, r, s, v % 2


def _signature_fit(digest: int, r: int, s: int, odd: int) -> tuple[Argument, ...]:
    return digest % _WORD, r % _WORD, s % _WORD, odd % 2


def _numbers(source: Source) -> tuple[Argument, ...]:
    return tuple(data(source, _MOST_MODEXP_BYTES) for _ in range(3))


def _numbers_fit(*items: bytes) -> tuple[Argument, ...]:
    return tuple(item[:_MOST_MODEXP_BYTES] for item in items)


def _power(base: bytes, exponent: bytes, modulus: bytes) -> tuple[None, bytes]:
    b, e, m = (int.from_bytes(item, "big") for item in (base, exponent, modulus))
    return None, (pow(b, e, m) if m else 0).to_bytes(len(modulus), "big")


def _input(address: int, size: int) -> Any:
    return lambda source: (padded(precompile_input(source, address), size),)


def _sized(size: int) -> Any:
    return lambda content: (padded(content, size),)


def _pairs(source: Source) -> tuple[Argument, ...]:
    return _pairs_fit(precompile_input(source, 8))


def _pairs_fit(content: bytes) -> tuple[Argument, ...]:
    count = min(len(content) // _PAIR_BYTES, _MOST_PAIRS)
    return (content[: count * _PAIR_BYTES],)


def _p256(source: Source) -> tuple[Argument, ...]:
    numbers = [word(source) for _ in range(5)]
    numbers[1 + source.below(2)] = near(source, P256_ORDER)
    return (b"".join((number % _WORD).to_bytes(32, "big") for number in numbers),)


def _valid(answer: bytes | None, size: int) -> tuple[bool, bytes]:
    """What the guest says: nothing is written for bad input."""
    return (False, bytes(size)) if answer is None else (True, answer)


def precompiles() -> CallTarget:
    """Powers, bn254, secp256k1 and P-256 against libraries."""
    return CallTarget(
        "precompiles",
        {
            "recover": Function(
                f"{CALLS}:recover", _signature, recovered, fit=_signature_fit
            ),
            "modexp": Function(
                f"{CALLS}:modexp",
                _numbers,
                _power,
                out=lambda base, exponent, modulus: len(modulus),
                fit=_numbers_fit,
            ),
            "bn254_add": Function(
                f"{CALLS}:bn254_add",
                _input(6, 128),
                lambda content: _valid(bn254_sum(content), 64),
                out=lambda _: 64,
                fit=_sized(128),
            ),
            "bn254_mul": Function(
                f"{CALLS}:bn254_mul",
                _input(7, 96),
                lambda content: _valid(bn254_multiple(content), 64),
                out=lambda _: 64,
                fit=_sized(96),
            ),
            "bn254_pairing": Function(
                f"{CALLS}:bn254_pairing",
                _pairs,
                lambda content: _valid(bn254_product_is_one(content), 32),
                out=lambda _: 32,
                fit=_pairs_fit,
            ),
            "p256_verify": Function(
                f"{CALLS}:p256_verify", _p256, p256_good, fit=_sized(_P256_BYTES)
            ),
        },
    )


if __name__ == "__main__":
    main("precompiles")
