"""The precompiles on BLS12-381 (EIP-2537): functions of bytes, against py_ecc."""

from functools import cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from py_ecc import optimized_bls12_381 as ecc

from tests.guest.crypto.bls381_cases import (
    CALLS,
    G1_COFACTOR,
    G2_COFACTOR,
    GUEST,
    SIZES,
    N,
    P,
    U,
    bad,
    encode,
    expected,
    fp,
    good,
    one,
    scalar,
    strays_1,
    strays_2,
    two,
)
from tests.support.target import make_target

MARK = 0xEE


def ask(target, calls):
    """The answers to names and inputs: outputs, or None for what is refused."""
    outs = [bytearray([MARK]) * SIZES[name] for name, _ in calls]
    pairs = zip(calls, outs, strict=True)
    given = [(f"{CALLS}:{name}", (data, out)) for (name, data), out in pairs]
    answers = target.call_all(given)
    assert set(answers) <= {True, False}
    pairs = zip(answers, outs, strict=True)
    assert all(found or out == bytes([MARK]) * len(out) for found, out in pairs)
    pairs = zip(answers, outs, strict=True)
    return [bytes(out) if found else None for found, out in pairs]


@cache
def good_answers():
    return [expected(name, data) for name, _, data in good()]


@pytest.mark.parametrize("function", SIZES)
def test_good_inputs_are_answered(target, function):
    rows = zip(good(), good_answers(), strict=True)
    rows = [(what, data, wanted) for (n, what, data), wanted in rows if n == function]
    found = ask(target, [(function, data) for _, data, _ in rows])
    assert len(rows) > 9
    for (what, _, wanted), answer in zip(rows, found, strict=True):
        assert answer == wanted, what


@pytest.mark.parametrize("function", SIZES)
def test_bad_inputs_are_refused(target, function):
    rows = [(what, data) for name, what, data in bad() if name == function]
    found = ask(target, [(function, data) for _, data in rows])
    assert len(rows) > 9
    for (what, _), answer in zip(rows, found, strict=True):
        assert answer is None, what


def test_the_bad_points_are_what_they_are_called():
    for strays, cofactor in ((strays_1(), G1_COFACTOR), (strays_2(), G2_COFACTOR)):
        for point in strays:
            curve_b = ecc.b if len(encode(point)) == 128 else ecc.b2
            assert ecc.is_on_curve(point, curve_b)
            assert not ecc.is_inf(ecc.multiply(point, N))
            assert ecc.is_inf(ecc.multiply(ecc.multiply(point, N), cofactor))


def test_one_object_forgets_what_it_was_asked_before(target):
    out = bytearray(256)
    arguments = (
        two(3) + scalar(5),
        one(2) + two(1) + one(1) + encode(strays_2()[0]),
        one(3) + scalar(4),
        out,
    )
    assert target.call(f"{CALLS}:one_after_the_other", *arguments)
    assert out == one(12) + two(15)[128:]


def native(name: str, data: bytes) -> bytes | None:
    return ask(make_target("native", tuple(GUEST)), [(name, data)])[0]


NUMBERS = st.one_of(
    st.integers(0, 2**256 - 1), st.sampled_from([0, 1, N - 1, N, U, U * U, 2**128 - 1])
)
FIELD = st.one_of(st.integers(0, P - 1), st.integers(0, 99), st.integers(P - 99, P - 1))


@pytest.mark.native
@settings(max_examples=25, deadline=None)
@given(st.lists(st.tuples(NUMBERS, NUMBERS), min_size=1, max_size=5))
def test_sums_of_multiples(terms):
    ones = b"".join(one(k) + scalar(factor) for k, factor in terms)
    assert native("g1_msm", ones) == one(sum(k * factor for k, factor in terms))
    twos = b"".join(two(k) + scalar(factor) for k, factor in terms)
    assert native("g2_msm", twos) == two(sum(k * factor for k, factor in terms))


@pytest.mark.native
@settings(max_examples=25, deadline=None)
@given(st.lists(st.tuples(NUMBERS, NUMBERS), max_size=3))
def test_pairings_are_bilinear(pairs):
    rest = -sum(k * m for k, m in pairs) % N
    data = b"".join(one(k) + two(m) for k, m in pairs)
    assert native("pairing", data + one(rest) + two(1))[-1] == 1
    assert native("pairing", data + one(rest + 1) + two(1))[-1] == 0


@pytest.mark.native
@settings(max_examples=40, deadline=None)
@given(FIELD, FIELD)
def test_elements_are_mapped(x, y):
    assert native("map_to_g1", fp(x)) == expected("map_to_g1", fp(x))
    assert native("map_to_g2", fp(x) + fp(y)) == expected("map_to_g2", fp(x) + fp(y))
