"""Faults in cryptography and long arithmetic."""

from typing import Final

from fuzz.mutants.mutant import Hunt, Table

CRYPTO: Final = Table("crypto", "zkos.guest.crypto")
_plant = CRYPTO.plant

_plant(
    "addmod_carry",
    "division",
    "    if carry or total >= m:",
    "    if total >= m:",
    "ADDMOD loses the carry",
    reach="Needs operands above 2**255 and a modulus above their sum less 2**256.",
)
_plant(
    "mulmod_high",
    "division",
    "    if top != 0 or high >= divisor:",
    "    if top != 0:",
    "MULMOD does not reduce the high half",
    reach="Needs a product whose high half is not below the scaled modulus.",
)
_plant(
    "division_rest",
    "division",
    "    while rest >= y:\n",
    "    while rest > y:\n",
    "the remainder may equal the divisor (Ceno)",
    reach="Needs a division without remainder where the estimate is one short.",
)
_plant(
    "keccak_rate",
    "plain_keccak",
    "        block[135] = block[135] | U8(0x80)",
    "        block[135] = U8(0x80)",
    "padding of a message that fills a block but for one byte",
)
_plant(
    "keccak_block_edge",
    "plain_keccak",
    "        if self.position == RATE_BYTES:",
    "        if self.position > RATE_BYTES:",
    "a block filled by a single byte is not absorbed",
    harmless="single bytes are hashed at positions 0 and 64 only",
)
_plant(
    "sha256_blocks",
    "sha256",
    "blocks = length.wrapping_add(9 + 63) >> 6",
    "blocks = length.wrapping_add(8 + 63) >> 6",
    "SHA2-256 of 56 bytes modulo 64",
)
_plant(
    "sha256_length",
    "sha256",
    "            block[15] = length << 3",
    "            block[15] = (length << 3) & 0xFFFF",
    "SHA2-256 of 8192 bytes and more",
    reach="Needs SHA2-256 of 8192 bytes and more.",
)
_plant(
    "recover_range",
    "secp256k1",
    "        if s == 0 or s >= self.scalars.modulus:",
    "        if s == 0:",
    "ECRECOVER takes an s beyond the order",
    reach="Needs a recoverable signature with s above the order.",
)
_plant(
    "recover_root",
    "secp256k1",
    "        if field.mul(y, y) != square:",
    "        if field.mul(y, y) == U256(0):",
    "ECRECOVER takes an r that is no x of the curve",
)
_plant(
    "field_add_carry",
    "field",
    "        if borrow and not carry:",
    "        if borrow:",
    "a field sum beyond 2**256 is reduced wrongly",
)
_plant(
    "field_negate_zero",
    "field",
    "        if x == 0:\n            return x\n        return self.modulus",
    "        return self.modulus",
    "minus zero is the modulus",
    hunt=Hunt.FIELDS,
    reach="No block is known: the next product, difference or sum makes it 0 again.",
)
_plant(
    "bn254_nine_times",
    "bn254_fp2",
    "        quotient = top // PRIME_TOP\n",
    "        quotient = top // PRIME_TOP.wrapping_sub(U32(1))\n",
    "the quotient of nine times a number may be one too large",
    hunt=Hunt.FIELDS,
    reach="Needs nine times an element close below a multiple of the prime.",
)
_plant(
    "bls381_sum_edge",
    "bls381_fp",
    "        if top == PRIME_TOP:\n            self._normalize(out)\n",
    "",
    "a sum just above the prime is not reduced",
    hunt=Hunt.FIELDS,
    reach="Needs a sum that has the prime's upper 32 bits.",
)
_plant(
    "bls381_product_edge",
    "bls381_fp",
    "        if high.word(3) >= PRIME_TOP:\n",
    "        if high.word(3) > PRIME_TOP:\n",
    "a product just above the prime is not reduced",
    hunt=Hunt.FIELDS,
    reach="Needs a quotient that has the prime's upper 32 bits.",
)
_plant(
    "bls381_lowest_limb",
    "bls381_fp",
    ".add_carry(t1, t0 != 0)\n",
    ".add_carry(t1, True)\n",
    "a product whose lowest limb is 0 carries all the same",
    hunt=Hunt.FIELDS,
    reach="Needs a product that is a multiple of 2**256.",
)
_plant(
    "modexp_even",
    "modexp",
    "        keep_low_bits(self.product, zeros, binary_count)\n",
    "",
    "MODEXP with an even modulus is not reduced",
)
_plant(
    "p256_range",
    "p256",
    "s == 0 or s >= scalars.modulus:",
    "s == 0:",
    "P256VERIFY takes an s beyond the order",
    hunt=Hunt.PRECOMPILES,
    reach="Needs a valid signature with the order added to s.",
)
_plant(
    "kzg_value_range",
    "kzg",
    "        if z >= BLS_MODULUS or y >= BLS_MODULUS:",
    "        if z >= BLS_MODULUS:",
    "point evaluation takes a value beyond the order",
    hunt=Hunt.PRECOMPILES,
    reach="Needs a good opening with the order added to y.",
)
_plant(
    "bls381_range",
    "bls381",
    "        if not self.field.modulus.exceeds(out):",
    "        if out.exceeds(self.field.modulus):",
    "BLS12-381 takes the modulus for 0",
    hunt=Hunt.PRECOMPILES,
)
_plant(
    "bls381_off_the_curve",
    "bls381",
    "        return self.g1.contains(out)",
    "        return True",
    "BLS12-381 takes points off the curve",
    hunt=Hunt.PRECOMPILES,
)
_plant(
    "bls381_g1_membership",
    "bls381",
    "        return one.is_infinite() or self.g1.in_subgroup(one)",
    "        return True",
    "sums of multiples and pairings take points outside of G1",
    hunt=Hunt.PRECOMPILES,
)
_plant(
    "bls381_g2_membership",
    "bls381_g2",
    "        self.add(multiple, base, False)\n        return multiple.is_infinite()",
    "        self.add(multiple, base, True)\n        return multiple.is_infinite()",
    "the test for G2 has the parameter's sign wrong",
    hunt=Hunt.PRECOMPILES,
)
_plant(
    "bls381_many_terms",
    "bls381_g1_sums",
    "        curve.add(self.total, part, False)",
    "        self.total.copy_from(part)",
    "of a sum of more than 32 multiples only the last are added",
    hunt=Hunt.PRECOMPILES,
    reach="Needs 33 terms, all in G1.",
)
_plant(
    "bls381_quarter_sign",
    "bls381_g2_sums",
    "            negative = not negative",
    "            negative = True",
    "the third quarter of a scalar is subtracted",
    hunt=Hunt.PRECOMPILES,
)
_plant(
    "bls381_pair_with_infinity",
    "bls381_pairs",
    "        if one.is_infinite() or two.is_infinite():",
    "        if one.is_infinite():",
    "a pairing with the second point at infinity is computed",
    hunt=Hunt.PRECOMPILES,
)
_plant(
    "bls381_map_sign",
    "bls381_g1_map",
    "        if field.is_odd(y) != field.is_odd(element):",
    "        if field.is_odd(y):",
    "the map to G1 always takes the even y",
    hunt=Hunt.PRECOMPILES,
)
_plant(
    "bls381_map_of_zero",
    "bls381_g1_map",
    "            x.copy_from(self.exception)",
    "            x.copy_from(self.first)",
    "the map to G1 has no exception",
    hunt=Hunt.PRECOMPILES,
    reach="Needs the element 0 or one of two others.",
)
_plant(
    "bls381_sign_of_imaginary",
    "bls381_fp2",
    "        return self.base.is_odd(x.c1 if x.c0.is_zero() else x.c0)",
    "        return self.base.is_odd(x.c0)",
    "the sign of a number without real part",
    hunt=Hunt.PRECOMPILES,
    reach="Needs an element of Fp2 without real part.",
)
_plant(
    "bls381_root_parts",
    "bls381_g2_map",
    "            field.negate(out.c0, out.c1)\n",
    "            out.c0.copy_from(out.c1)\n",
    "a root in Fp2 has a part's sign wrong",
    hunt=Hunt.PRECOMPILES,
)
_plant(
    "p256_digest",
    "p256",
    "        first = scalars.mul(input.load_u256_be(0), factor)",
    "        first = scalars.mul(input.load_u256_be(32), factor)",
    "P256VERIFY takes r for the digest",
    hunt=Hunt.PRECOMPILES,
)
_plant(
    "kzg_name",
    "kzg",
    "        if not digest.equals(input.window(0, 32)):",
    "        if not digest.window(1, 31).equals(input.window(1, 31)):",
    "point evaluation takes a hash of any version",
    hunt=Hunt.PRECOMPILES,
)
_plant(
    "bls381_odd_multiples",
    "bls381_g1_sums",
    "        curve.double(twice)\n",
    "",
    "the tables for sums in G1 hold all multiples instead of the odd ones",
    hunt=Hunt.PRECOMPILES,
)
