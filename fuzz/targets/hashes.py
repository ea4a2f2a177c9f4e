"""Hash functions of the OS against hashlib and pycryptodome."""

import hashlib
from typing import Final

from Crypto.Hash import RIPEMD160, keccak

from fuzz.strategies.numbers import data
from fuzz.strategies.source import Source
from fuzz.targets.atheris_driver import main
from fuzz.targets.calls import CALLS, Argument, CallTarget, Function, padded
from fuzz.targets.references import blake2b_compression

_MOST_ROUNDS: Final = 64
_MOST_BYTES: Final = 4096
"""Longer ones are slower and no different."""


def _pieces(source: Source) -> tuple[Argument, ...]:
    content = data(source)
    return content, source.below(len(content) + 1)


def _cut(content: bytes, cut: int) -> tuple[Argument, ...]:
    content = content[:_MOST_BYTES]
    return content, min(cut, len(content))


def _short(content: bytes) -> tuple[Argument, ...]:
    return (content[:_MOST_BYTES],)


def _keccak(content: bytes, _: int) -> int:
    digest = keccak.new(data=content, digest_bits=256).digest()
    return int.from_bytes(digest, "big")


def _blake2s(content: bytes, _: int) -> int:
    return int.from_bytes(hashlib.blake2s(content).digest(), "big")


def _blake2b_input(source: Source) -> tuple[Argument, ...]:
    return _blake2b_fit(
        source.below(14),
        source.bytes(64),
        data(source, 128),
        source.bytes(16),
        source.below(2),
    )


def _blake2b_fit(
    rounds: int, h: bytes, message: bytes, count: bytes, last: int
) -> tuple[Argument, ...]:
    return (
        rounds % _MOST_ROUNDS,
        padded(h, 64),
        padded(message, 128),
        padded(count, 16),
        last % 2,
    )


def hashes() -> CallTarget:
    """Hash functions and BLAKE2b's compression against libraries."""
    return CallTarget(
        "hashes",
        {
            "keccak": Function(f"{CALLS}:keccak", _pieces, _keccak, fit=_cut),
            "blake2s": Function(f"{CALLS}:blake2s", _pieces, _blake2s, fit=_cut),
            "sha256": Function(
                "zkos.guest.crypto.sha256:sha256",
                lambda source: (data(source),),
                lambda content: (None, hashlib.sha256(content).digest()),
                out=lambda _: 32,
                fit=_short,
            ),
            "ripemd160": Function(
                "zkos.guest.crypto.ripemd160:ripemd160",
                lambda source: (data(source),),
                lambda content: (None, RIPEMD160.new(content).digest()),
                out=lambda _: 20,
                fit=_short,
            ),
            "blake2b": Function(
                f"{CALLS}:compress_blake2b",
                _blake2b_input,
                lambda *arguments: (None, blake2b_compression(*arguments)),
                out=lambda *_: 64,
                fit=_blake2b_fit,
            ),
        },
    )


if __name__ == "__main__":
    main("hashes")
