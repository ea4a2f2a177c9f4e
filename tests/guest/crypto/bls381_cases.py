"""Inputs of the precompiles on BLS12-381 and what py_ecc makes of them."""

from collections.abc import Iterator
from functools import cache

from py_ecc import optimized_bls12_381 as ecc
from py_ecc.bls.hash_to_curve import (
    clear_cofactor_G1,
    clear_cofactor_G2,
    map_to_curve_G1,
    map_to_curve_G2,
)

P = ecc.field_modulus
N = ecc.curve_order
U = 0xD201000000010000
G1_COFACTOR = (U + 1) ** 2 // 3
G2_COFACTOR = (
    U**8 + 4 * U**7 + 5 * U**6 - 4 * U**4 - 6 * U**3 - 4 * U**2 + 4 * U + 13
) // 9
FQ, FQ2 = ecc.FQ, ecc.FQ2
SIZES = {
    "g1_add": 128,
    "g1_msm": 128,
    "g2_add": 256,
    "g2_msm": 256,
    "pairing": 32,
    "map_to_g1": 128,
    "map_to_g2": 256,
}
"""Bytes of the functions' outputs."""
CALLS = "tests.guest.crypto.bls381_calls"
GUEST = [f"{CALLS}:{name}" for name in (*SIZES, "one_after_the_other", "g1_isogeny")]
"""One build for all tests."""
ADDRESSES = dict(zip(SIZES, range(0x0B, 0x12), strict=True))
INFINITY_1, INFINITY_2 = bytes(128), bytes(256)


# Encoding.


def fp(x: int) -> bytes:
    return int(x).to_bytes(64, "big")


def fp2(x) -> bytes:
    return b"".join(map(fp, x.coeffs))


def encode(point) -> bytes:
    """A point of either curve."""
    put = fp if isinstance(point[0], FQ) else fp2
    if ecc.is_inf(point):
        return bytes(2 * len(put(point[0])))
    return b"".join(map(put, ecc.normalize(point)))


def g1(k: int):
    return ecc.multiply(ecc.G1, k % N)


def g2(k: int):
    return ecc.multiply(ecc.G2, k % N)


def one(k: int) -> bytes:
    return encode(g1(k))


def two(k: int) -> bytes:
    return encode(g2(k))


def scalar(k: int) -> bytes:
    return k.to_bytes(32, "big")


# Points of the curves outside of the subgroups.


def is_square(x: int) -> bool:
    return pow(x, (P - 1) // 2, P) != P - 1


def root(x):
    """A root in Fp2, or None; by the norm."""
    a, b = (int(part) for part in x.coeffs)
    norm = pow(a * a + b * b, (P + 1) // 4, P)
    for sign in (norm, -norm):
        half = (a + sign) * pow(2, -1, P) % P
        real = pow(half, (P + 1) // 4, P)
        if real and real * real % P == half:
            found = FQ2([real, b * pow(2 * real, -1, P) % P])
            if found * found == x:
                return found
    return None


@cache
def strays_1(count: int = 4):
    """Points at small x, nearly all of no small order; first one of order 3."""
    found = []
    x = 0
    while len(found) < count:
        if is_square(x**3 + 4):
            y = pow(x**3 + 4, (P + 1) // 4, P)
            found.append((FQ(x), FQ(y), FQ(1)))
        x += 1
    return found


@cache
def strays_2(count: int = 3):
    found = []
    x = 0
    while len(found) < count:
        at = FQ2([x, 1])
        y = root(at * at * at + ecc.b2)
        if y is not None:
            found.append((at, y, FQ2([1, 0])))
        x += 1
    return found


def _low_order(points, cofactor: int, prime: int):
    """A multiple of the first of the points that has one of this order."""
    rest = cofactor
    while rest % prime == 0:
        rest //= prime
    for point in points:
        low = ecc.multiply(point, rest * N)
        if not ecc.is_inf(low):
            while not ecc.is_inf(ecc.multiply(low, prime)):
                low = ecc.multiply(low, prime)
            return low
    raise AssertionError(prime)


@cache
def low_1():
    """Points of orders 3, 11 and 10177."""
    return [_low_order(strays_1(), G1_COFACTOR, q) for q in (3, 11, 10177)]


@cache
def low_2():
    """Points of orders 13, 23 and 2713."""
    return [_low_order(strays_2(), G2_COFACTOR, q) for q in (13, 23, 2713)]


# Good inputs.


def sums(points, other) -> Iterator[tuple[str, bytes]]:
    """Pairs of points in all relations."""
    infinity = bytes(len(encode(other)))
    for number, point in enumerate(points):
        p, minus = encode(point), encode(ecc.neg(point))
        yield f"{number} twice", p + p
        yield f"{number} and its opposite", p + minus
        yield f"{number} and infinity", p + infinity
        yield f"infinity and {number}", infinity + p
        yield f"{number} and another", p + encode(other)
    yield "infinity twice", infinity + infinity


SCALARS = [0, 1, 2, N - 1, N, N + 1, 2 * N, 2 * N + 5, 2**256 - 1, U, U + 1]
SCALARS += [U * U - 1, U * U, U**3, N - U, N // 2, 2**64, 2**128, 7 * 2**200]


def multiples(put, counts) -> Iterator[tuple[str, bytes]]:
    """Sums of multiples; `put` encodes a multiple of the generator."""
    for k in SCALARS:
        yield f"one by {k:x}", put(3) + scalar(k)
    yield "infinity", put(0) + scalar(5)
    yield "infinities and a point", put(0) + scalar(5) + put(9) + scalar(6)
    yield "opposites", put(4) + scalar(7) + put(-4) + scalar(7)
    yield "cancelled", put(4) + scalar(6) + put(8) + scalar(N - 3)
    yield "the same twice", (put(5) + scalar(N - 2)) * 2
    for count in counts:
        terms = (
            put(k * k % 7 - 2) + scalar(pow(3, 99 * k + 5, 2**256))
            for k in range(count)
        )
        yield f"{count} terms", b"".join(terms)


def pairings() -> Iterator[tuple[str, bytes]]:
    yield "generators", one(1) + two(1)
    yield "opposites", one(1) + two(1) + one(-1) + two(1)
    yield "opposites of the other", one(3) + two(5) + one(3) + two(-5)
    yield "bilinear", one(6) + two(35) + one(-10) + two(21)
    yield "nearly", one(6) + two(35) + one(-10) + two(22)
    yield "infinity and a point", INFINITY_1 + two(1)
    yield "a point and infinity", one(1) + INFINITY_2
    yield "infinities", INFINITY_1 + INFINITY_2
    yield "infinity beside others", INFINITY_1 + two(2) + one(1) + two(1)
    yield "the same twice", (one(1) + two(1)) * 2
    yield "three", one(2) + two(3) + one(4) + two(5) + one(-26) + two(1)


def elements() -> list[int]:
    """Of the prime field: also where the candidate is the exception."""
    exception = pow(pow(-11, -1, P), (P + 1) // 4, P)
    assert (11 * exception**2 + 1) % P == 0
    return [0, 1, 2, P - 1, P - 2, P // 2, 2**256, 2**380, exception, P - exception]


def good() -> Iterator[tuple[str, str, bytes]]:
    """Function, name and input of all good ones."""
    strays = [g1(1), g1(N - 7), *strays_1(), *low_1()]
    for name, data in sums(strays, g1(12)):
        yield "g1_add", name, data
    for name, data in sums([g2(1), g2(N - 7), *strays_2(), *low_2()], g2(12)):
        yield "g2_add", name, data
    for name, data in multiples(one, (2, 31, 32, 33, 65)):
        yield "g1_msm", name, data
    for name, data in multiples(two, (2, 15, 16, 17)):
        yield "g2_msm", name, data
    for name, data in pairings():
        yield "pairing", name, data
    for x in elements():
        yield "map_to_g1", f"{x:x}", fp(x)
        for y in (0, x):
            yield "map_to_g2", f"{x:x} {y:x}", fp(x) + fp(y)


# Bad inputs.


def not_a_point(data: bytes) -> Iterator[tuple[str, bytes]]:
    """A good point's encoding with one fault each."""
    for at in range(0, len(data), 64):
        rest = data[at + 64 :]
        value = int.from_bytes(data[at : at + 64], "big")
        for name, bad in {
            "reducible": value + P,
            "the modulus": P,
            "more by one": value + 1,
            "all bits": 2**512 - 1,
            "bit 381": value + 2**381,
            "bit 384": value + 2**384,
            "the topmost bit": value + 2**511,
        }.items():
            yield f"{at}: {name}", data[:at] + fp(bad) + rest
    half = len(data) // 2
    yield "no y", data[:half] + bytes(half)
    yield "no x", bytes(half) + data[half:]


def of_wrong_length(data: bytes) -> Iterator[tuple[str, bytes]]:
    """Nothing, less and more than one."""
    yield "empty", b""
    yield "one byte", b"\0"
    yield "one less", data[:-1]
    yield "one more", data + b"\0"
    yield "another half", data + data[: len(data) // 2]


def bad() -> Iterator[tuple[str, str, bytes]]:
    """Function, name and input of all that must be refused."""
    for size, put, strays, add, msm in (
        (128, one, strays_1() + low_1(), "g1_add", "g1_msm"),
        (256, two, strays_2() + low_2(), "g2_add", "g2_msm"),
    ):
        for name, data in not_a_point(put(5)):
            yield add, f"first: {name}", data + put(1)
            yield add, f"second: {name}", put(1) + data
            yield add, f"beside infinity: {name}", bytes(size) + data
            yield msm, name, data + scalar(1)
            yield msm, f"by 0: {name}", data + scalar(0)
            yield msm, f"second: {name}", put(1) + scalar(1) + data + scalar(0)
            pair = data + two(1) if size == 128 else one(1) + data
            yield "pairing", f"{size}: {name}", pair
            beside = data + two(0) if size == 128 else one(0) + data
            yield "pairing", f"{size} beside infinity: {name}", beside
        for number, stray in enumerate(strays):
            for shown, point in (
                ("", stray),
                ("moved ", ecc.add(stray, put_point(put))),
            ):
                data = encode(point)
                yield msm, f"{shown}stray {number}", data + scalar(1)
                yield msm, f"{shown}stray {number} by 0", data + scalar(0)
                yield msm, f"{shown}stray {number} by N", data + scalar(N)
                pair = data + two(1) if size == 128 else one(1) + data
                yield "pairing", f"{size}: {shown}stray {number}", pair
                beside = data + two(0) if size == 128 else one(0) + data
                yield "pairing", f"{size}: {shown}stray {number}, infinity", beside
        for name, data in of_wrong_length(put(1) + put(2)):
            yield add, name, data
        yield add, "one point", put(1)
        yield add, "three points", put(1) * 3
        for name, data in of_wrong_length(put(1) + scalar(2)):
            yield msm, name, data
    for name, data in of_wrong_length(one(1) + two(1)):
        yield "pairing", name, data
    good_pair = one(1) + two(1)
    yield "pairing", "after a good one", good_pair + encode(strays_1()[1]) + two(1)
    for name, data in not_an_element(fp(7)):
        yield "map_to_g1", name, data
        yield "map_to_g2", f"first: {name}", data + fp(1)
        yield "map_to_g2", f"second: {name}", fp(1) + data
    for name, data in of_wrong_length(fp(7)):
        yield "map_to_g1", name, data
    for name, data in of_wrong_length(fp(7) + fp(8)):
        yield "map_to_g2", name, data


def put_point(put):
    """What a put encodes, of the generator."""
    return g1(1) if put is one else g2(1)


def not_an_element(data: bytes) -> Iterator[tuple[str, bytes]]:
    value = int.from_bytes(data, "big")
    for number in (P, P + 1, value + P, 2**381, value + 2**384, 2**511, 2**512 - 1):
        yield f"{number:x}", fp(number)


# What py_ecc says of good ones.


def read(data: bytes):
    """A point by its encoding."""
    numbers = [int.from_bytes(data[i : i + 64], "big") for i in range(0, len(data), 64)]
    if len(numbers) == 2:
        x, y, unit, nothing = FQ(numbers[0]), FQ(numbers[1]), FQ(1), FQ(0)
    else:
        x, y = FQ2(numbers[:2]), FQ2(numbers[2:])
        unit, nothing = FQ2([1, 0]), FQ2([0, 0])
    return (x, y, unit) if any(data) else (unit, unit, nothing)


def expected(name: str, data: bytes) -> bytes:
    """The output for a good input."""
    match name:
        case "g1_add" | "g2_add":
            half = len(data) // 2
            return encode(ecc.add(read(data[:half]), read(data[half:])))
        case "g1_msm" | "g2_msm":
            size = SIZES[name]
            total = read(bytes(size))
            for at in range(0, len(data), size + 32):
                factor = int.from_bytes(data[at + size : at + size + 32], "big")
                point = read(data[at : at + size])
                total = ecc.add(total, ecc.multiply(point, factor))
            return encode(total)
        case "pairing":
            product = ecc.FQ12.one()
            for at in range(0, len(data), 384):
                first, second = data[at : at + 128], data[at + 128 : at + 384]
                product *= ecc.pairing(read(second), read(first))
            return int(product == ecc.FQ12.one()).to_bytes(32, "big")
        case "map_to_g1":
            element = FQ(int.from_bytes(data, "big"))
            return encode(clear_cofactor_G1(map_to_curve_G1(element)))
        case _:
            halves = [int.from_bytes(data[i : i + 64], "big") for i in (0, 64)]
            return encode(clear_cofactor_G2(map_to_curve_G2(FQ2(halves))))
