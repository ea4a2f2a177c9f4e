"""Copies, fills, loads, containers and 64-bit division on every engine.

CPython's own containers are the model: their results are what the others must give.
"""

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.compiler.generated_expressions import values
from tests.support.target import Trapped, make_target

CALLS = "tests.compiler.memory_calls"
NAMES = "move copy fill equal divide run_list run_map unaligned"
GUEST = [f"{CALLS}:{name}" for name in NAMES.split()]
ENGINES = pytest.mark.parametrize(
    "engine",
    [
        pytest.param(name, marks=getattr(pytest.mark, name))
        for name in ("native", "riscv")
    ],
)


def buffer(size: int) -> bytearray:
    return bytearray(random.Random(size).randbytes(size))


def test_moves_of_all_alignments_and_overlaps(target):
    base = buffer(96)
    spots = [0, 1, 2, 3, 5, 8, 14, 19, 33]
    if target.name == "cpython":
        spots = spots[::3]
    cases = [
        (to, source, length)
        for to in spots
        for source in spots
        for length in (0, 1, 2, 3, 4, 5, 7, 8, 9, 11, 16, 31, 33, 40, 63)
    ]
    copies = [bytearray(base) for _ in cases]
    calls = [
        (GUEST[0], (data, *case)) for data, case in zip(copies, cases, strict=True)
    ]
    assert target.call_all(calls) == [None] * len(cases)
    for data, (to, source, length) in zip(copies, cases, strict=True):
        expected = bytearray(base)
        expected[to : to + length] = base[source : source + length]
        assert data == expected, (to, source, length)


def test_copies_between_buffers(target):
    source, calls, expected, outs = buffer(80), [], [], []
    for to in range(5):
        for start in range(5):
            for length in (*range(20), 31, 32, 33, 64, 70):
                outs.append(bytearray(80))
                calls.append((GUEST[1], (outs[-1], source, to, start, length)))
                wanted = bytearray(80)
                wanted[to : to + length] = source[start : start + length]
                expected.append(wanted)
    target.call_all(calls)
    assert outs == expected


def test_fills_of_all_alignments(target):
    calls, expected, outs = [], [], []
    for start in range(6):
        for length in (*range(14), 31, 32, 33, 40, 64, 71):
            outs.append(buffer(80))
            calls.append((GUEST[2], (outs[-1], start, length, 0xC5)))
            wanted = buffer(80)
            wanted[start : start + length] = b"\xc5" * length
            expected.append(wanted)
    target.call_all(calls)
    assert outs == expected


def test_equality_sees_every_byte(target):
    base = bytearray(b"abcdefgh" * 8)
    for at in (0, 7, 8, 30, 31):
        changed = bytearray(base)
        changed[32 + at] ^= 1
        assert not target.call(GUEST[3], changed, 0, 32, 32)
        assert target.call(GUEST[3], changed, 0, 32, at)
    assert target.call(GUEST[3], base, 3, 35, 29)


@pytest.mark.parametrize("length", [41, 40, 33])
def test_windows_outside_trap(target, length):
    data = bytearray(40)
    with pytest.raises(Trapped):
        target.call(GUEST[2], data, 41 - length if length < 41 else 0, length, 1)


def test_loads_and_stores_of_all_alignments(target):
    model = make_target("cpython", tuple(GUEST))
    for offset in range(9):
        data, expected = buffer(64), buffer(64)
        found = target.call(GUEST[7], data, offset)
        assert found == model.call(GUEST[7], expected, offset)
        assert data == expected


def test_division_of_64_bits(target):
    source = random.Random(3)
    borders = [(1 << i) + d for i in (0, 1, 16, 31, 32, 33, 63) for d in (-1, 0, 1)]
    pairs = [(x, y) for x in [*borders, 2**64 - 1] for y in [*borders, 2**64 - 1] if y]
    pairs += [
        (source.getrandbits(64) >> source.randrange(64),
         source.getrandbits(64) >> source.randrange(64) or 1)
        for _ in range(1500)
    ]  # fmt: skip
    found = target.call_all([(GUEST[4], pair) for pair in pairs])
    for pair, result in zip(pairs, found, strict=True):
        assert result == divmod(*pair), pair
    with pytest.raises(Trapped):
        target.call(GUEST[4], 5, 0)


@ENGINES
@settings(max_examples=60, deadline=None)
@given(
    pairs=st.lists(st.tuples(values("U64"), values("U64")), min_size=20, max_size=20)
)
def test_division_of_chosen_64_bits(engine, pairs):
    pairs = [(x, y or 1) for x, y in pairs]
    found = make_target(engine, tuple(GUEST)).call_all([(GUEST[4], p) for p in pairs])

    assert found == [divmod(*pair) for pair in pairs]


def operations(codes: int) -> st.SearchStrategy[bytes]:
    """Programs of a container: a code and a number, which is often small."""
    small = st.integers(0, 12)
    number = st.one_of(small, small.map(lambda n: n << 8), st.integers(0, 2**32 - 1))
    one = st.builds(
        lambda code, n: bytes([code]) + n.to_bytes(4, "little"),
        st.integers(0, codes),
        number,
    )
    growing = st.integers(0, 60).map(
        lambda n: b"".join(bytes([0]) + (7 * i).to_bytes(4, "little") for i in range(n))
    )
    return st.builds(lambda head, rest: head + b"".join(rest), growing, st.lists(one))


def same_as_cpython(engine: str, function: str, program: bytes, width: int) -> None:
    ends = []
    for name in ("cpython", engine):
        out = bytearray(len(program) // 5 * width)
        target = make_target(name, tuple(GUEST))
        (result,) = target.call_all([(function, (program, out))])
        trapped = isinstance(result, Trapped)
        ends.append((trapped, None if trapped else (result, bytes(out))))
    assert ends[0] == ends[1]


@ENGINES
@settings(max_examples=150, deadline=None)
@given(program=operations(5))
def test_lists_do_what_those_of_cpython_do(engine, program):
    same_as_cpython(engine, GUEST[5], program, 32)


@ENGINES
@settings(max_examples=150, deadline=None)
@given(program=operations(10))
def test_maps_do_what_those_of_cpython_do(engine, program):
    same_as_cpython(engine, GUEST[6], program, 8)
