"""The bn254 precompiles against py_ecc, properties and published vectors."""

from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from py_ecc import optimized_bn128 as ecc

from tests.guest.crypto.engines import CALLS, GUEST  # noqa: F401 - for `target`
from tests.guest.crypto.vectors import load_vectors
from zkos.guest.crypto.bn254 import Bn254
from zkos.guest.crypto.bn254_constants import ORDER, PRIME
from zkos.guest.crypto.bn254_fp2 import Fp2, Fp2Field, fp2_zero
from zkos.guest.crypto.bn254_fp6 import Fp6, Fp6Field
from zkos.guest.crypto.bn254_fp12 import Fp12, Fp12Field, fp12_zero
from zkos.lang.ints import U256
from zkos.lang.memory import view_of

P = int(PRIME)
N = int(ORDER)
Run = Callable[[str, bytes], bytes | None]
INSTANCE = Bn254()
OUTPUT = {"add": 64, "mul": 64, "pairing": 32}


def run_cpython(function: str, data: bytes) -> bytes | None:
    out = view_of(bytes([0xEE]) * OUTPUT[function])
    source = view_of(data)
    match function:
        case "add":
            valid = INSTANCE.add(source, out)
        case "mul":
            valid = INSTANCE.mul(source, out)
        case _:
            valid = INSTANCE.pairing(source, out)
    return bytes(out) if valid else None


@pytest.fixture
def run(target) -> Run:
    def call(function: str, data: bytes) -> bytes | None:
        out = bytearray([0xEE]) * OUTPUT[function]
        valid = target.call(f"{CALLS}:bn254_{function}", data, out)
        return bytes(out) if valid else None

    return call


def word(x: int) -> bytes:
    return x.to_bytes(32, "big")


def encode_g1(point) -> bytes:
    if ecc.is_inf(point):
        return bytes(64)
    x, y = ecc.normalize(point)
    return word(int(x)) + word(int(y))


def encode_g2(point) -> bytes:
    if ecc.is_inf(point):
        return bytes(128)
    return b"".join(
        word(int(c)) for value in ecc.normalize(point) for c in reversed(value.coeffs)
    )


def g1(k: int):
    return ecc.multiply(ecc.G1, k % N)


def g2(k: int):
    return ecc.multiply(ecc.G2, k % N)


scalars = st.one_of(st.integers(0, 2**256 - 1), st.integers(0, 40))
fp = st.one_of(st.integers(0, P - 1), st.integers(0, 3), st.integers(P - 3, P - 1))


@settings(max_examples=15, deadline=None)
@given(scalars, scalars)
def test_sums_and_multiples_are_those_of_py_ecc(k, scalar):
    left, right = g1(k), g1(scalar)

    total = run_cpython("add", encode_g1(left) + encode_g1(right))
    multiple = run_cpython("mul", encode_g1(left) + word(scalar))

    assert total == encode_g1(ecc.add(left, right))
    assert multiple == encode_g1(ecc.multiply(left, scalar))


@pytest.mark.parametrize(("k", "m"), [(0, 0), (0, 1), (1, 0), (5, 5), (5, -5), (1, 2)])
def test_sums_of_special_points(run, k, m):
    expected = encode_g1(g1(k + m))

    assert run("add", encode_g1(g1(k)) + encode_g1(g1(m))) == expected


@pytest.mark.parametrize("scalar", [0, 1, 2, N - 1, N, N + 1, 2**256 - 1, 2**255, 17])
def test_multiples_by_special_numbers(run, scalar):
    assert run("mul", encode_g1(g1(3)) + word(scalar)) == encode_g1(g1(3 * scalar))
    assert run("mul", bytes(64) + word(scalar)) == bytes(64)


@pytest.mark.parametrize(
    "point",
    [(1, 3), (0, 1), (1, 0), (P, 0), (0, P), (P, P), (1 + P, 2), (1, 2 + P)],
)
def test_invalid_points_are_refused(run, point):
    data = word(point[0]) + word(point[1])

    assert run("add", data + bytes(64)) is None
    assert run("add", encode_g1(g1(1)) + data) is None
    assert run("mul", data + word(1)) is None
    assert run("pairing", data + encode_g2(g2(1))) is None
    assert run("pairing", data + bytes(128)) is None


def one(value: bool) -> bytes:
    return word(int(value))


@pytest.mark.parametrize(
    ("terms", "expected"),
    [
        ([], True),
        ([(1, 1)], False),
        ([(0, 1)], True),
        ([(1, 0)], True),
        ([(0, 0), (1, 1)], False),
        ([(6, 1), (-3, 2)], True),
        ([(6, 1), (-3, 3)], False),
        ([(1, 1), (0, 5), (2, 3), (5, 0), (-7, 1)], True),
    ],
)
def test_pairing_is_bilinear(run, terms, expected):
    data = b"".join(encode_g1(g1(a)) + encode_g2(g2(b)) for a, b in terms)

    assert run("pairing", data) == one(expected)


@settings(max_examples=3, deadline=None)
@given(st.integers(1, N - 1), st.integers(1, N - 1), st.integers(0, 1))
def test_pairing_of_random_points(a, b, error):
    data = encode_g1(g1(a)) + encode_g2(g2(b))
    data += encode_g1(g1(-a * b + error)) + encode_g2(g2(1))

    assert run_cpython("pairing", data) == one(error == 0)


def square_root(value):
    """A root in Fp2 by the norm, or None."""

    def root(x: int) -> int | None:
        candidate = pow(x, (P + 1) // 4, P)
        return candidate if candidate * candidate % P == x % P else None

    a, b = (int(c) for c in value.coeffs)
    norm = root(a * a + b * b)
    for sign in (1, -1):
        real = None if norm is None else root((a + sign * norm) * pow(2, -1, P) % P)
        if real:
            return ecc.FQ2([real, b * pow(2 * real, -1, P) % P])
    return None


def twist_points(count: int):
    """Points of the twist at small x, which lie outside the subgroup."""
    x = 1
    while count:
        abscissa = ecc.FQ2([x, 1])
        y = square_root(abscissa**3 + ecc.b2)
        x += 1
        if y is not None:
            count -= 1
            yield abscissa, y, ecc.FQ2.one()


def test_twist_points_outside_the_subgroup_are_refused(run):
    for point in twist_points(3):
        assert ecc.is_on_curve(point, ecc.b2)
        assert not ecc.is_inf(ecc.multiply(point, N))
        assert run("pairing", encode_g1(g1(1)) + encode_g2(point)) is None
        assert run("pairing", bytes(64) + encode_g2(point)) is None


def test_cofactor_multiples_of_twist_points_are_accepted(run):
    point = ecc.multiply(next(twist_points(1)), 2 * P - N)

    negative = encode_g1(g1(-1)) + encode_g2(point)

    assert run("pairing", encode_g1(g1(1)) + encode_g2(point) + negative) == one(True)


def test_points_of_low_order_on_the_twist_are_refused(run):
    # Small factors of the cofactor 2 p - n give points the subgroup test must see.
    cofactor = 2 * P - N
    factors = [q for q in range(2, 20000) if cofactor % q == 0]
    assert factors == [10069]
    for factor in factors:
        point = ecc.multiply(next(twist_points(1)), cofactor // factor * N)
        assert not ecc.is_inf(point)
        assert run("pairing", encode_g1(g1(1)) + encode_g2(point)) is None


def test_invalid_second_points_are_refused(run):
    first = encode_g1(g1(1))
    second = encode_g2(g2(1))
    for position in range(4):
        for change in (P, 1):
            at = slice(32 * position, 32 * position + 32)
            value = int.from_bytes(second[at], "big") + change
            wrong = second[: at.start] + word(value) + second[at.stop :]
            assert run("pairing", first + wrong) is None


@pytest.mark.parametrize("length", [1, 64, 191, 193, 383])
def test_lengths_that_are_no_pairs_are_refused(run, length):
    data = (encode_g1(g1(1)) + encode_g2(g2(1))) * 2

    assert run("pairing", data[:length]) is None


def check_vectors(run: Run, shared, name: str, step: int) -> None:
    function, length = {
        "bn256Add": ("add", 128),
        "bn256ScalarMul": ("mul", 96),
        "bn256Pairing": ("pairing", 0),
    }[name]
    for vector in load_vectors(shared, name)[::step]:
        data = vector.input.ljust(length, b"\0")[: length or None]
        assert run(function, data) == vector.expected, vector.name


@pytest.mark.parametrize(
    ("name", "step"), [("bn256Add", 1), ("bn256ScalarMul", 1), ("bn256Pairing", 6)]
)
def test_published_vectors(run, target, shared, name, step):
    check_vectors(run, shared, name, step if target.name == "cpython" else 1)


@pytest.mark.slow
@pytest.mark.cpython
def test_all_published_pairings_under_cpython(shared):
    check_vectors(run_cpython, shared, "bn256Pairing", 1)


FIELD = Fp12Field(Fp6Field(Fp2Field()))


def fp2(values) -> Fp2:
    return Fp2(*(U256((x << 256) % P) for x in values))


def numbers(x: Fp2) -> list[int]:
    return [int(c) * pow(2**256, -1, P) % P for c in (x.c0, x.c1)]


@pytest.mark.cpython
@settings(max_examples=60, deadline=None)
@given(st.tuples(fp, fp), st.tuples(fp, fp))
def test_quadratic_extension(x, y):
    field = FIELD.base.base
    left, right, out = fp2(x), fp2(y), fp2_zero()
    expected_left, expected_right = ecc.FQ2(x), ecc.FQ2(y)
    for name, expected in (
        ("mul", expected_left * expected_right),
        ("add", expected_left + expected_right),
        ("sub", expected_left - expected_right),
    ):
        getattr(field, name)(out, left, right)
        assert numbers(out) == list(expected.coeffs), name
    for name, expected in (
        ("square", expected_left * expected_left),
        ("mul_xi", expected_left * ecc.FQ2([9, 1])),
        ("double", expected_left * 2),
        ("triple", expected_left * 3),
        ("halve", expected_left / 2),
        ("negate", -expected_left),
    ):
        getattr(field, name)(out, left)
        assert numbers(out) == list(expected.coeffs), name
        assert int(out.c0) < P
        assert int(out.c1) < P


def fp12(values) -> Fp12:
    pairs = [fp2(values[i : i + 2]) for i in range(0, 12, 2)]
    return Fp12(Fp6(*pairs[:3]), Fp6(*pairs[3:]))


def all_numbers(x: Fp12) -> list[list[int]]:
    return [numbers(c) for half in (x.c0, x.c1) for c in (half.c0, half.c1, half.c2)]


elements = st.lists(fp, min_size=12, max_size=12).filter(any)


@pytest.mark.cpython
@settings(max_examples=10, deadline=None)
@given(elements)
def test_top_field_squares_inverts_and_has_the_frobenius_map(values):
    x, out, expected = fp12(values), fp12_zero(), fp12_zero()

    FIELD.mul(expected, x, x)
    FIELD.square(out, x)
    assert all_numbers(out) == all_numbers(expected)

    FIELD.invert(out, x)
    FIELD.mul(out, out, x)
    assert FIELD.is_one(out)

    power = fp12_zero()
    FIELD.set_one(power)
    for bit in bin(P)[2:]:
        FIELD.square(power, power)
        if bit == "1":
            FIELD.mul(power, power, x)
    FIELD.frobenius(out, x)
    assert all_numbers(out) == all_numbers(power)


@pytest.mark.cpython
@settings(max_examples=10, deadline=None)
@given(elements)
def test_cyclotomic_square_is_the_square(values):
    x, t = fp12(values), fp12_zero()
    FIELD.invert(t, x)
    FIELD.conjugate(x, x)
    FIELD.mul(x, x, t)
    FIELD.frobenius(t, x)
    FIELD.frobenius(t, t)
    FIELD.mul(x, x, t)

    FIELD.square(t, x)
    FIELD.cyclotomic_square(x)

    assert all_numbers(x) == all_numbers(t)
