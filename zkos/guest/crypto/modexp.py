"""Modular powers of numbers of any length (EIP-198): the modexp precompile.

An even modulus is split into an odd number and a power of two; both powers are
joined by the Chinese remainder theorem.
"""

from zkos.guest.crypto.modexp_limbs import (
    Number,
    NumberReader,
    add,
    keep_low_bits,
    limbs_of,
    multiply_low,
    shift_right,
    significant,
    subtract,
    trailing_zeros,
)
from zkos.guest.crypto.modexp_ring import Ring, inverse_of_limb
from zkos.lang.ints import U32
from zkos.lang.memory import ByteView


class Modexp:
    """Computes powers; made once, its space grows to the largest modulus."""

    reader: NumberReader
    ring: Ring
    modulus: Number
    odd: Number
    first: Number
    """The power modulo the odd part, later the result."""
    second: Number
    inverse: Number
    product: Number

    def __init__(self) -> None:
        self.reader = NumberReader()
        self.ring = Ring(self.reader)
        self.modulus = Number()
        self.odd = Number()
        self.first = Number()
        self.second = Number()
        self.inverse = Number()
        self.product = Number()

    def run(
        self, base: ByteView, exponent: ByteView, modulus: ByteView, out: ByteView
    ) -> None:
        """Write base ** exponent modulo `modulus` to `out`, which is as long.

        All are big-endian. Anything modulo 0 is 0, and 0 ** 0 is 1.
        """
        count = limbs_of(modulus.length())
        self._reserve(count)
        self.reader.read(self.modulus, modulus, U32(0), count)
        count = significant(self.modulus, count)
        self.first.clear(count)
        if count != 0:
            self._run(base, exponent, count)
        self.reader.write(self.first, count, out)

    def _run(self, base: ByteView, exponent: ByteView, count: U32) -> None:
        """Set `first` to the result, for a modulus of `count` limbs, not 0."""
        zeros = trailing_zeros(self.modulus)
        shift_right(self.odd, self.modulus, zeros, count)
        odd_count = significant(self.odd, count)
        if odd_count != 1 or self.odd.limbs[0] != 1:
            self.ring.set_odd(self.odd, odd_count)
            self.ring.power(base, exponent)
            self.first.copy_from(self.ring.result, odd_count)
        if zeros == 0:
            return
        binary_count = zeros.wrapping_add(255) >> 8
        self.ring.set_binary(binary_count)
        self.ring.power(base, exponent)
        self.second.clear(count)
        self.second.copy_from(self.ring.result, binary_count)
        self._join(zeros, binary_count, count)

    def _join(self, zeros: U32, binary_count: U32, count: U32) -> None:
        """Add to `first` the multiple of the odd part that makes it `second`."""
        self._invert_odd(binary_count)
        subtract(self.second, self.second, self.first, binary_count)
        multiply_low(self.product, self.second, self.inverse, binary_count)
        keep_low_bits(self.product, zeros, binary_count)
        self.second.clear(count)
        self.second.copy_from(self.product, binary_count)
        multiply_low(self.product, self.second, self.odd, count)
        add(self.first, self.first, self.product, count)

    def _invert_odd(self, count: U32) -> None:
        """Set `inverse` to 1 / odd modulo 2**(256 count), by Newton's iteration."""
        inverse = self.inverse
        inverse.clear(count)
        inverse.limbs[0] = inverse_of_limb(self.odd.limbs[0])
        right = U32(1)
        while right < count:
            right = right << 1
            # With error = odd * inverse - 1 the better inverse is
            # inverse - inverse * error.
            multiply_low(self.product, self.odd, inverse, count)
            self.product.limbs[0] = self.product.limbs[0].wrapping_sub(1)
            multiply_low(self.ring.product, inverse, self.product, count)
            subtract(inverse, inverse, self.ring.product, count)

    def _reserve(self, count: U32) -> None:
        self.modulus.reserve(count)
        self.odd.reserve(count)
        self.first.reserve(count)
        self.second.reserve(count)
        self.inverse.reserve(count)
        self.product.reserve(count)
