"""Faults in the emulated machine and in what compiled code needs at run time."""

from typing import Final

from fuzz.mutants.mutant import Hunt, Table, Where

MACHINE: Final = Table("machine", "zkos.machine", Where.MACHINE)
RUNTIME: Final = Table("runtime", "zkos.compiler.runtime", Where.RISCV)
_plant = MACHINE.plant

_plant(
    "mulhsu_sign",
    "interpreter",
    "I64(x.to_signed()).wrapping_mul(I64(y))",
    "I64(x.to_signed()).wrapping_mul(I64(y.to_signed()))",
    "MULHSU takes both factors as signed (Jolt)",
    hunt=Hunt.STREAMS,
)
_plant(
    "div_overflow",
    "interpreter",
    "    if x == MOST_NEGATIVE and y == ALL_ONES:\n        return x",
    "    if x == MOST_NEGATIVE and y == ALL_ONES:\n        return U32(0)",
    "DIV of the most negative number by -1 (Jolt)",
    hunt=Hunt.STREAMS,
)
_plant(
    "rem_zero",
    "interpreter",
    "registers[rd] = x if y == 0 else x % y",
    "registers[rd] = y if y == 0 else x % y",
    "REMU by zero (Jolt)",
    hunt=Hunt.STREAMS,
)
_plant(
    "jalr_bit",
    "interpreter",
    "target = x.wrapping_add(immediate) & 0xFFFFFFFE",
    "target = x.wrapping_add(immediate)",
    "JALR keeps bit 0 (SP1, Pico)",
    hunt=Hunt.STREAMS,
)
_plant(
    "sra_logical",
    "interpreter",
    "registers[rd] = (x.to_signed() >> (y & 31)).to_unsigned()",
    "registers[rd] = x >> (y & 31)",
    "SRA loses the sign",
    hunt=Hunt.STREAMS,
)
_plant(
    "sltiu_signed",
    "interpreter",
    "registers[rd] = _bit(x < immediate)",
    "registers[rd] = _bit(x.to_signed() < immediate.to_signed())",
    "SLTIU compares with sign",
)
_plant(
    "lh_unsigned",
    "interpreter",
    "registers[rd] = (half ^ 0x8000).wrapping_sub(0x8000)",
    "registers[rd] = half",
    "LH loses the sign",
    hunt=Hunt.STREAMS,
)
_plant(
    "lh_alignment",
    "interpreter",
    """                if address & 1 != 0 or address >= MEMORY_BYTES:
                    reason = _refused_access(address, U32(1))
                    break
                half""",
    """                if address >= MEMORY_BYTES:
                    reason = _refused_access(address, U32(1))
                    break
                half""",
    "LH from odd addresses (Airbender #334)",
    hunt=Hunt.STREAMS,
)
_plant(
    "bgeu_greater",
    "interpreter",
    """                if x >= y:
                    next_pc = immediate
            case operations.JAL""",
    """                if x > y:
                    next_pc = immediate
            case operations.JAL""",
    "BGEU does not branch on equality",
)
_plant(
    "sw_alignment",
    "interpreter",
    """                if address & 3 != 0:
                    reason = MISALIGNED""",
    """                if address & 1 != 0:
                    reason = MISALIGNED""",
    "SW to addresses that are no multiple of 4",
    hunt=Hunt.STREAMS,
)
_plant(
    "u256_carry_in",
    "delegations",
    "            return a.add_carry(b, carry)",
    "            return a.add_carry(b, False)",
    "the 256-bit sum forgets the carry it is given",
)
_plant(
    "u256_borrow_order",
    "delegations",
    "            return b.sub_borrow(a, carry)",
    "            return a.sub_borrow(b, carry)",
    "the reversed difference is not reversed",
    hunt=Hunt.STREAMS,
)
_plant(
    "u256_product_flag",
    "delegations",
    "            return a.wrapping_mul(b), a.mul_high(b) != 0",
    "            return a.wrapping_mul(b), False",
    "the 256-bit product never says that it overflows",
    hunt=Hunt.STREAMS,
)
_plant(
    "blake2s_right_node",
    "delegations",
    "    elif control & CONTROL_RIGHT_NODE == 0:",
    "    elif control & CONTROL_RIGHT_NODE != 0:",
    "children of a node change places",
)
_plant(
    "blake2s_finish",
    "delegations",
    "        state.store_u32(0, state.load_u32(0) ^ PARAMETERS)\n",
    "        state.store_u32(0, state.load_u32(0) ^ 1)\n",
    "parameters missing in the result of compression mode",
)
_plant(
    "cycles_of_delegations",
    "interpreter",
    "                _count(state, STATE_BLAKE2S)\n",
    "",
    "BLAKE2s delegations are not counted",
    hunt=Hunt.STREAMS,
)

_plant = RUNTIME.plant

_plant(
    "division_digit",
    "division",
    "        if r >= 0x10000:\n            break\n",
    "        if r >= 0x8000:\n            break\n",
    "a digit of a quotient is corrected once too rarely",
    reach="Needs a quotient digit whose estimate is two too large.",
)
_plant(
    "division_correction",
    "division",
    "quotient.wrapping_mul(y)) >= y:",
    "quotient.wrapping_mul(y)) > y:",
    "a long quotient is one short when the division is exact",
    reach="Needs an exact 64-bit division by more than 32 bits on RV32.",
)
_plant(
    "division_short",
    "division",
    "    if x < y:\n        return U64(0)",
    "    if x <= y:\n        return U64(0)",
    "a number divided by itself is 0",
)
_plant(
    "map_probe",
    "containers",
    "                return entry - 1\n            at = (at + 1) & mask",
    "                return entry - 1\n            at = (at + 2) & mask",
    "a map looks for colliding keys in the wrong places",
)
_plant(
    "map_rebuild",
    "containers",
    "            self.rebuild(self.slots.length() * 2)\n",
    "            self.rebuild(self.slots.length() * 2)\n"
    "            self.slots[0] = U32(0)\n",
    "a map that grew has lost a key",
)
_plant(
    "list_growth",
    "containers",
    "            for i in urange(count):\n                grown",
    "            for i in urange(count - 1):\n                grown",
    "a list that grew has lost its last item",
)
