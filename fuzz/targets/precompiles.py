"""Precompiled contracts' mathematics against libraries: curves, powers, signatures."""

from collections.abc import Callable
from typing import Any, Final

from fuzz.strategies import bls381 as points
from fuzz.strategies.extensions import p256
from fuzz.strategies.numbers import data, near, word
from fuzz.strategies.openings import make_lines, opening
from fuzz.strategies.precompiles import ecrecover, precompile_input
from fuzz.strategies.source import Source
from fuzz.targets.atheris_driver import main
from fuzz.targets.bls381_references import (
    g1_sum,
    g1_sum_of_multiples,
    g2_sum,
    g2_sum_of_multiples,
    mapped_to_g1,
    mapped_to_g2,
    point_is_proven,
    product_is_one,
)
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
from zkos.compiler.variant import COVERAGE, Variant

_WORD: Final = 1 << 256
_MOST_MODEXP_BYTES: Final = 200
_MOST_PAIRS: Final = 2
_PAIR_BYTES: Final = 192
_P256_BYTES: Final = 160
_MOST_BLS381_BYTES: Final = 12_000
"""Forty terms of sums in the second group."""


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
    if source.chance(70):
        return (padded(p256(source), _P256_BYTES),)
    numbers = [word(source) for _ in range(5)]
    numbers[1 + source.below(2)] = near(source, P256_ORDER)
    return (b"".join((number % _WORD).to_bytes(32, "big") for number in numbers),)


def _opening(source: Source) -> tuple[Argument, ...]:
    return (opening(source),)


def _valid(answer: bytes | None, size: int) -> tuple[bool, bytes]:
    """What the guest says: nothing is written for bad input."""
    return (False, bytes(size)) if answer is None else (True, answer)


def _bls381(
    name: str,
    generate: Callable[[Source], bytes],
    expected: Callable[[bytes], bytes | None],
    size: int,
) -> Function:
    """A function of bytes of any length."""

    def any_length(source: Source) -> tuple[Argument, ...]:
        content = generate(source)
        if source.chance(4):
            content = content[: source.below(len(content) + 1)]
        return (content,)

    return Function(
        f"{CALLS}:{name}",
        any_length,
        lambda content: _valid(expected(content), size),
        out=lambda _: size,
        fit=lambda content: (content[:_MOST_BLS381_BYTES],),
    )


def precompiles(variant: Variant = COVERAGE) -> CallTarget:
    """Powers, bn254, BLS12-381, secp256k1 and P-256 against libraries."""
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
            "evaluate_point": Function(
                f"{CALLS}:evaluate_point", _opening, point_is_proven
            ),
            **bls381_functions(),
        },
        variant,
        _make_pools,
    )


def _make_pools() -> None:
    """Points, and the trusted setup, which takes seconds to load."""
    for make in (points.g1_pool, points.g2_pool, points.g1_strays, points.g2_strays):
        make()
    make_lines()


def bls381_functions() -> dict[str, Function]:
    """The precompiles of EIP-2537."""
    return {
        "bls381_g1_add": _bls381("bls381_g1_add", points.g1_sum, g1_sum, 128),
        "bls381_g1_msm": _bls381(
            "bls381_g1_msm", points.g1_terms, g1_sum_of_multiples, 128
        ),
        "bls381_g2_add": _bls381("bls381_g2_add", points.g2_sum, g2_sum, 256),
        "bls381_g2_msm": _bls381(
            "bls381_g2_msm", points.g2_terms, g2_sum_of_multiples, 256
        ),
        "bls381_pairing": _bls381("bls381_pairing", points.pairs, product_is_one, 32),
        "bls381_map_to_g1": _bls381(
            "bls381_map_to_g1", points.element, mapped_to_g1, 128
        ),
        "bls381_map_to_g2": _bls381(
            "bls381_map_to_g2", points.pair_of_elements, mapped_to_g2, 256
        ),
    }


if __name__ == "__main__":
    main("precompiles")
