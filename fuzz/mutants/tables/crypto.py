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
    "keccak",
    "        block[135] = block[135] | U8(0x80)",
    "        block[135] = U8(0x80)",
    "padding of a message that fills a block but for one byte",
)
_plant(
    "keccak_block_edge",
    "keccak",
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
