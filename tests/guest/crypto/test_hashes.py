"""The hash functions on every engine against hashlib and pycryptodome."""

import hashlib
import random

import pytest
from Crypto.Hash import RIPEMD160, keccak

from tests.guest.crypto.engines import CALLS, GUEST  # noqa: F401 - for `target`

LENGTHS = [*range(140), 191, 192, 193, 255, 256, 257, 271, 272, 273, 1000, 4096]
PEERS = {
    "keccak": lambda data: keccak.new(digest_bits=256, data=data).digest(),
    "blake2s": lambda data: hashlib.blake2s(data).digest(),
    "sha256": lambda data: hashlib.sha256(data).digest(),
    "ripemd160": lambda data: RIPEMD160.new(data).digest(),
}
WRITTEN = {"sha256": 32, "ripemd160": 20}


def messages(engine: str) -> list[bytes]:
    lengths = LENGTHS[::9] if engine == "cpython" else LENGTHS
    source = random.Random(11)
    return [source.randbytes(length) for length in lengths]


@pytest.mark.parametrize("name", ["keccak", "blake2s"])
def test_digest_as_a_number(target, name):
    texts = messages(target.name)
    found = target.call_all([(f"{CALLS}:{name}", (text,)) for text in texts])
    for text, digest in zip(texts, found, strict=True):
        assert digest.to_bytes(32, "big") == PEERS[name](text), len(text)


@pytest.mark.parametrize("name", ["keccak", "blake2s"])
def test_message_in_two_pieces(target, name):
    source = random.Random(12)
    texts = messages(target.name)
    cuts = [source.randint(0, len(text)) for text in texts]
    pairs = list(zip(texts, cuts, strict=True))
    found = target.call_all([(f"{CALLS}:{name}_pieces", pair) for pair in pairs])
    for (text, cut), digest in zip(pairs, found, strict=True):
        assert digest.to_bytes(32, "big") == PEERS[name](text), (len(text), cut)


@pytest.mark.parametrize("name", WRITTEN)
def test_digest_as_bytes(target, name):
    texts = messages(target.name)
    outs = [bytearray(WRITTEN[name]) for _ in texts]
    function = f"zkos.guest.crypto.{name}:{name}"
    target.call_all([(function, pair) for pair in zip(texts, outs, strict=True)])
    for text, out in zip(texts, outs, strict=True):
        assert out == PEERS[name](text), len(text)
