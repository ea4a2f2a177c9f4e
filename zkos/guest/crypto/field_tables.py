"""Constants of fields and curves, computed by ordinary Python at import.

Nothing here is compiled: modules take the results as constants.
"""

from zkos.lang.ints import U256


def to_montgomery(x: int, prime: int) -> U256:
    """Montgomery form of x: x * 2**256 modulo the prime."""
    return U256((x << 256) % prime)


def odd_multiples(
    point: tuple[int, int], count: int, prime: int, a: int
) -> tuple[tuple[U256, ...], tuple[U256, ...]]:
    """Coordinates of P, 3P, 5P ... in Montgomery form: all x, all y."""
    step = add_points(point, point, prime, a)
    points = [point]
    while len(points) < count:
        points.append(add_points(points[-1], step, prime, a))
    return (
        tuple(to_montgomery(x, prime) for x, _ in points),
        tuple(to_montgomery(y, prime) for _, y in points),
    )


def multiply_point(
    point: tuple[int, int], scalar: int, prime: int, a: int
) -> tuple[int, int]:
    """A multiple, whose scalar is positive and below the order."""
    result = point
    for bit in bin(scalar)[3:]:
        result = add_points(result, result, prime, a)
        if bit == "1":
            result = add_points(result, point, prime, a)
    return result


def add_points(
    left: tuple[int, int], right: tuple[int, int], prime: int, a: int
) -> tuple[int, int]:
    """The sum of two affine points that are not opposite."""
    if left == right:
        slope = (3 * left[0] ** 2 + a) * pow(2 * left[1], -1, prime)
    else:
        slope = (right[1] - left[1]) * pow(right[0] - left[0], -1, prime)
    x = (slope**2 - left[0] - right[0]) % prime
    return x, (slope * (left[0] - x) - left[1]) % prime
