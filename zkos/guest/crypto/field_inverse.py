"""Modular inverse by Euclid's algorithm on leading words (Lehmer).

Quotients come from the top 32 bits of both numbers as long as these decide them
(condition of Collins, 1980): about 16 bits a round, each costing twelve 256-bit
operations. RV32 divides words in one cycle, so this takes a third of a power.
"""

from zkos.lang.control import inline, noinline
from zkos.lang.ints import U32, U256


def invert(x: U256, modulus: U256) -> U256:
    """The inverse of x, 0 < x < modulus; both coprime."""
    # Cofactors without sign: after n steps smaller = (-1)**n * t * x and
    # larger = -(-1)**n * s * x modulo the modulus.
    larger = modulus
    smaller = x
    s = U256(0)
    t = U256(1)
    odd = U32(0)
    top = U32(7)
    while smaller != 0:
        while larger.word(top) == 0:
            top = top.wrapping_sub(1)
        f, g = _leading_words(larger, smaller, top)
        a, b, c, d, parity = _quotient_steps(f, g, top == 0)
        if b == 0:
            larger, smaller, s, t = _divide_once(larger, smaller, s, t)
            odd = odd ^ 1
            continue
        wide_a = U256(a)
        wide_b = U256(b)
        wide_c = U256(c)
        wide_d = U256(d)
        if parity == 0:
            left = larger.wrapping_mul(wide_a).wrapping_sub(
                smaller.wrapping_mul(wide_b)
            )
            right = smaller.wrapping_mul(wide_d)
            smaller = right.wrapping_sub(larger.wrapping_mul(wide_c))
        else:
            left = smaller.wrapping_mul(wide_b).wrapping_sub(
                larger.wrapping_mul(wide_a)
            )
            right = larger.wrapping_mul(wide_c)
            smaller = right.wrapping_sub(smaller.wrapping_mul(wide_d))
        larger = left
        next_s = s.wrapping_mul(wide_a).wrapping_add(t.wrapping_mul(wide_b))
        t = s.wrapping_mul(wide_c).wrapping_add(t.wrapping_mul(wide_d))
        s = next_s
        odd = odd ^ parity
    return s if odd == 1 else modulus.wrapping_sub(s)


@noinline
def _divide_once(
    larger: U256, smaller: U256, s: U256, t: U256
) -> tuple[U256, U256, U256, U256]:
    """One step in full, where the quotient exceeds what leading words decide."""
    quotient = larger // smaller
    rest = larger.wrapping_sub(quotient.wrapping_mul(smaller))
    return smaller, rest, t, s.wrapping_add(quotient.wrapping_mul(t))


@inline
def _leading_words(larger: U256, smaller: U256, top: U32) -> tuple[U32, U32]:
    """The top 32 bits of the larger number, and the same bits of the smaller."""
    f = larger.word(top)
    g = smaller.word(top)
    shift = U32(32).wrapping_sub(f.bit_length())
    if shift == 0 or top == 0:
        return f, g
    below = top.wrapping_sub(1)
    rest = U32(32).wrapping_sub(shift)
    f = f << shift | larger.word(below) >> rest
    g = g << shift | smaller.word(below) >> rest
    return f, g


def _quotient_steps(f: U32, g: U32, exact: bool) -> tuple[U32, U32, U32, U32, U32]:
    """Divide while the leading words f >= g decide the quotient.

    The absolute values of the matrix (a, b; c, d) of the steps taken, whose signs
    alternate, and the parity of their number. `exact`: f and g are whole numbers.
    """
    a = U32(1)
    b = U32(0)
    c = U32(0)
    d = U32(1)
    parity = U32(0)
    while g != 0:
        quotient = f // g
        rest = f.wrapping_sub(quotient.wrapping_mul(g))
        next_d = b.wrapping_add(quotient.wrapping_mul(d))
        if not exact and (
            rest < next_d or g.wrapping_sub(rest) < next_d.wrapping_add(d)
        ):
            break
        next_c = a.wrapping_add(quotient.wrapping_mul(c))
        f = g
        g = rest
        a = c
        b = d
        c = next_c
        d = next_d
        parity = parity ^ 1
    return a, b, c, d, parity
