"""The BLAKE2b compression function against published vectors and hashlib."""

import hashlib
import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.guest.crypto.engines import CALLS, GUEST  # noqa: F401 - for `target`
from zkos.guest.crypto.blake2f import IV, blake2f
from zkos.lang.ints import U32
from zkos.lang.memory import allocate_bytes, view_of

FEW_ROUNDS = 1000
"""One vector has 8 million rounds: seconds in native code, hours in CPython."""


def compressed(rounds, h, message, count, last):
    out = allocate_bytes(64)
    views = (view_of(h), view_of(message), view_of(count))
    blake2f(U32(rounds), *views, last, out)
    return bytes(out)


def test_vectors_of_the_precompile(target, shared):
    tested = 0
    path = shared / "fixtures" / "precompiles" / "blake2F.json"
    for vector in json.loads(path.read_text()):
        data = bytes.fromhex(vector["Input"])
        rounds = int.from_bytes(data[:4], "big")
        if rounds > FEW_ROUNDS and target.name != "native":
            continue
        tested += 1
        out = bytearray(64)
        views = data[4:68], data[68:196], data[196:212]
        target.call(f"{CALLS}:compress_blake2b", rounds, *views, data[212] == 1, out)
        assert out.hex() == vector["Expected"], vector["Name"]
    assert tested == (5 if target.name == "native" else 4)


@pytest.mark.cpython
@settings(max_examples=15, deadline=None)
@given(st.binary(max_size=300))
def test_twelve_rounds_hash_as_blake2b(data):
    first = int(IV[0]) ^ 0x01010040
    h = first.to_bytes(8, "little")
    h += b"".join(int(word).to_bytes(8, "little") for word in IV[1:])
    blocks = [data[i : i + 128] for i in range(0, len(data), 128)] or [b""]
    done = 0
    for number, block in enumerate(blocks, 1):
        done += len(block)
        padded, count = block.ljust(128, b"\0"), done.to_bytes(16, "little")
        h = compressed(12, h, padded, count, number == len(blocks))

    assert h == hashlib.blake2b(data).digest()


@pytest.mark.cpython
def test_high_half_of_the_count_is_used():
    blank = bytes(64), bytes(128)
    low = compressed(1, *blank, bytes(16), False)
    high = compressed(1, *blank, bytes(8) + b"\1" + bytes(7), False)

    assert low != high
