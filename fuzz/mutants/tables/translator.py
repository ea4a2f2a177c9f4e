"""Faults in the translation of RV32 code to x86-64, hunted beside the interpreter."""

from typing import Final

from fuzz.mutants.mutant import Hunt, Table, Where

TRANSLATOR: Final = Table(
    "translator", "zkos.machine.translator", Where.TRANSLATOR, Hunt.STREAMS
)
_plant = TRANSLATOR.plant

_plant(
    "translated_remainder_zero",
    "arithmetic",
    "i32 {x if rest else -1}, i32 {result}",
    "i32 -1, i32 {result}",
    "REM and REMU by zero",
)
_plant(
    "translated_division_overflow",
    "arithmetic",
    """avoid = let(f"or i1 {zero}, {let(f'and i1 {least}, {one}')}")""",
    """avoid = let(f"or i1 {zero}, {let(f'or i1 {least}, {one}')}")""",
    "DIV of the most negative number, or by -1, divides by one",
)
_plant(
    "translated_shift_amount",
    "arithmetic",
    """{let(f'and i32 {y}, 31')}""",
    """{let(f'and i32 {y}, 63')}""",
    "shifts by 32 to 63 are not reduced",
)
_plant(
    "translated_mulhsu_sign",
    "arithmetic",
    """(operations.MULHSU, _high("sext", "zext"))""",
    """(operations.MULHSU, _high("sext", "sext"))""",
    "MULHSU takes both factors as signed (Jolt)",
)
_plant(
    "translated_sltu_signed",
    "arithmetic",
    """(operations.SLTU, _compare("ult"))""",
    """(operations.SLTU, _compare("slt"))""",
    "SLTU and SLTIU compare with sign",
)
_plant(
    "translated_bgeu_greater",
    "arithmetic",
    """(operations.BGEU, "uge")""",
    """(operations.BGEU, "ugt")""",
    "BGEU does not branch on equality",
)
_plant(
    "translated_lbu_sign",
    "region",
    """(operations.LBU, ("i8", "zext", 0))""",
    """(operations.LBU, ("i8", "sext", 0))""",
    "LBU extends the sign",
)
_plant(
    "translated_lh_alignment",
    "region",
    """(operations.LH, ("i16", "sext", 1))""",
    """(operations.LH, ("i16", "sext", 0))""",
    "LH from odd addresses (Airbender #334)",
)
_plant(
    "translated_sw_alignment",
    "region",
    """(operations.SW, ("i32", "", 3))""",
    """(operations.SW, ("i32", "", 1))""",
    "SW to addresses that are no multiple of 4",
)
_plant(
    "translated_jalr_bit",
    "region",
    "{self._address(it)}, -2",
    "{self._address(it)}, -1",
    "JALR keeps bit 0 (SP1, Pico)",
)
_plant(
    "translated_u256_flag",
    "region",
    "pop(_STEP if hook == CONTEXT_KECCAK else _A2, None)",
    "pop(_STEP if hook == CONTEXT_KECCAK else 0, None)",
    "the flag of a 256-bit operation is not seen by the code after it",
)
_plant(
    "translated_branch_cycle",
    "region",
    "        self._trace.cycles += 1\n        number",
    "        self._trace.cycles += 0\n        number",
    "a branch takes no cycle",
)
_plant(
    "translated_stop_unsaved",
    "region",
    '"""Return to whoever runs the translation; `pc` is not executed."""\n'
    "        self._flush()",
    '"""Return to whoever runs the translation; `pc` is not executed."""',
    "registers of a trace are lost when the interpreter takes over",
)
