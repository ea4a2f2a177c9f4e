"""One region of RV32 code as the text of one LLVM function.

Between regions all registers lie in the machine's state. Inside, a *trace* (code
without a jump into it) keeps them as values: loaded when first read, stored before
the trace is left. What the text does not handle itself it leaves: it stores the pc of
the instruction and returns, and the interpreter executes that instruction. So every
corner case is the interpreter's, and nothing is done twice.

A function takes the state, the memory, the `Context` and the cycles left; it jumps to
the next region by a tail call and returns why it had to stop.
"""

from collections.abc import Container, Iterator
from dataclasses import dataclass, field
from typing import Final

from zkos.machine import decode, operations, state
from zkos.machine.translator.arithmetic import BINARY, CONDITIONS, IMMEDIATE
from zkos.machine.translator.context import (
    CONTEXT_BLAKE2S,
    CONTEXT_KECCAK,
    CONTEXT_LEFT,
    CONTEXT_ORACLE,
    CONTEXT_TABLE,
    CONTEXT_U256,
    INTERPRET,
    PARAMETERS,
    STOPPED,
)
from zkos.machine.translator.discovery import WORD, Code, Instruction, Region

_RAM: Final = int(state.ROM_BYTES)
_RAM_BYTES: Final = int(state.MEMORY_BYTES) - _RAM
_BEYOND: Final = -int(state.MEMORY_BYTES)
"""Bits that no address of memory has."""
_DISCARD: Final = int(decode.DISCARD_SLOT)
_UNLIKELY: Final = ", !prof !0"
_ACCESSES: Final = {
    int(operation): shape
    for operation, shape in (
        (operations.LB, ("i8", "sext", 0)),
        (operations.LBU, ("i8", "zext", 0)),
        (operations.LH, ("i16", "sext", 1)),
        (operations.LHU, ("i16", "zext", 1)),
        (operations.LW, ("i32", "", 3)),
        (operations.SB, ("i8", "", 0)),
        (operations.SH, ("i16", "", 1)),
        (operations.SW, ("i32", "", 3)),
    )
}
"""LLVM type, extension, and the bits an aligned address does not have."""
_STORES: Final = range(int(operations.SB), int(operations.SW) + 1)
_DELEGATIONS: Final = {
    int(operations.BLAKE2S): (CONTEXT_BLAKE2S, int(state.STATE_BLAKE2S)),
    int(operations.U256_OPERATION): (CONTEXT_U256, int(state.STATE_U256)),
    int(operations.KECCAK_STEP): (CONTEXT_KECCAK, int(state.STATE_KECCAK)),
}
_STEP: Final = 10
"""Where a Keccak step leaves the number of the next."""
_A2: Final = 12
"""Where a 256-bit operation leaves its flag."""


def function_name(pc: int) -> str:
    """The name of the function of the region at `pc`."""
    return f"@r{pc:x}"


@dataclass(slots=True)
class _Trace:
    """What is known of the registers at a place of the text."""

    values: dict[int, str] = field(default_factory=dict)
    """Registers by number as LLVM values."""
    dirty: list[int] = field(default_factory=list)
    """Those whose value the state does not have yet."""
    cycles: int = 0
    """Executed and not yet taken from what is left."""


class RegionText:
    """Writes the function of one region."""

    def __init__(self, code: Code, region: Region, beside: Container[int]) -> None:
        self._code: Final = code
        self._region: Final = region
        self._beside: Final = beside
        """Starts of regions in the same LLVM module."""
        self._lines: list[str] = []
        self._cold: list[str] = []
        self._trace = _Trace()
        self._count = 0
        self._here = region.start - WORD
        self._most_cycles: Final = (region.end - region.start) // WORD
        """Between two looks at what is left: no instruction comes twice."""

    def run(self) -> str:
        """The text."""
        start, end = self._region.start, self._region.end
        joins = set(self._joins())
        self._emit("%left = alloca i64")
        self._emit("store i64 %given, ptr %left")
        self._leave_if_late(start)
        pc = start
        open_end = True
        while pc < end:
            if pc in joins:
                if open_end:
                    self._jump(pc)
                self._label(f"b{pc:x}")
                self._trace = _Trace()
                open_end = True
            if open_end:
                open_end = self._instruction(pc, self._code.at(pc))
            pc += WORD
        if open_end:
            self._jump(end)
        head = f"define internal fastcc i32 {function_name(start)}({PARAMETERS}) #0 {{"
        return "\n".join([head, *self._lines, *self._cold, "}"])

    def _joins(self) -> Iterator[int]:
        """Addresses inside that something inside jumps to."""
        for pc in range(self._region.start, self._region.end, WORD):
            target = self._code.at(pc).target
            if target is not None and self._is_inside(target):
                yield target

    def _is_inside(self, pc: int) -> bool:
        return self._region.start <= pc < self._region.end

    # Text

    def _emit(self, text: str) -> None:
        self._lines.append("  " + text)

    def _label(self, name: str) -> None:
        self._lines.append(f"{name}:")

    def _fresh(self) -> str:
        self._count += 1
        return str(self._count)

    def _let(self, text: str) -> str:
        name = f"%v{self._fresh()}"
        self._emit(f"{name} = {text}")
        return name

    def _field(self, base: str, offset: int) -> str:
        return self._let(f"getelementptr i8, ptr {base}, i64 {offset}")

    # Registers

    def _read(self, register: int) -> str:
        if register == 0:
            return "0"
        known = self._trace.values.get(register)
        if known is None:
            known = self._let(f"load i32, ptr {self._field('%s', WORD * register)}")
            self._trace.values[register] = known
        return known

    def _write(self, slot: int, value: str) -> None:
        if slot == _DISCARD:
            return
        self._trace.values[slot] = value
        if slot not in self._trace.dirty:
            self._trace.dirty.append(slot)

    def _flush(self) -> None:
        """Bring the state up to date."""
        for register in self._trace.dirty:
            value = self._trace.values[register]
            self._emit(f"store i32 {value}, ptr {self._field('%s', WORD * register)}")

    def _cycles_left(self) -> str:
        """Those left before the trace, less what it took."""
        left = self._let("load i64, ptr %left")
        if self._trace.cycles:
            left = self._let(f"sub i64 {left}, {self._trace.cycles}")
        return left

    # Leaving

    def _stop(self, pc: int, reason: str) -> None:
        """Return to whoever runs the translation; `pc` is not executed."""
        self._flush()
        self._emit(f"store i32 {pc}, ptr {self._field('%s', int(state.STATE_PC))}")
        left = self._cycles_left()
        self._emit(f"store i64 {left}, ptr {self._field('%x', CONTEXT_LEFT)}")
        self._emit(f"ret i32 {reason}")

    def _stop_if(self, condition: str, pc: int, reason: str = str(INTERPRET)) -> None:
        """Stop at `pc` when the condition holds, else go on."""
        number = self._fresh()
        self._emit(f"br i1 {condition}, label %x{number}, label %y{number}{_UNLIKELY}")
        hot, self._lines = self._lines, self._cold
        self._label(f"x{number}")
        self._stop(pc, reason)
        self._cold, self._lines = self._lines, hot
        self._label(f"y{number}")

    def _leave_if_late(self, pc: int) -> None:
        """Stop where the limit of cycles is so near that the interpreter must count."""
        left = self._cycles_left()
        late = self._let(f"icmp slt i64 {left}, {self._most_cycles}")
        self._stop_if(late, pc)

    def _jump(self, target: int) -> None:
        """End the block with a jump to an address."""
        if self._is_inside(target):
            self._flush()
            self._emit(f"store i64 {self._cycles_left()}, ptr %left")
            if target <= self._here:
                # Only jumps back can make a region run without end.
                self._trace = _Trace()
                self._leave_if_late(target)
            self._emit(f"br label %b{target:x}")
        elif target in self._beside:
            self._flush()
            self._go(function_name(target))
        elif target in self._code:
            self._flush()
            self._emit(
                f"store i32 {target}, ptr {self._field('%s', int(state.STATE_PC))}"
            )
            table = self._let(f"load ptr, ptr {self._field('%x', CONTEXT_TABLE)}")
            self._go(self._let(f"load ptr, ptr {self._field(table, 2 * target)}"))
        else:
            self._stop(target, str(INTERPRET))

    def _go(self, function: str) -> None:
        left = self._cycles_left()
        call = (
            f"musttail call fastcc i32 {function}(ptr %s, ptr %m, ptr %x, i64 {left})"
        )
        self._emit(f"ret i32 {self._let(call)}")

    # Instructions

    def _instruction(self, pc: int, it: Instruction) -> bool:
        """Write one; whether the next may follow."""
        self._here = pc
        operation = it.operation
        if operation in BINARY:
            x, y = self._read(it.rs1), self._read(it.rs2)
            self._write(it.rd, BINARY[operation](self._let, x, y))
        elif operation in IMMEDIATE:
            x = self._read(it.rs1)
            self._write(it.rd, IMMEDIATE[operation](self._let, x, str(it.immediate)))
        elif operation == operations.LOAD_IMMEDIATE:
            self._write(it.rd, str(it.immediate))
        elif operation in _STORES:
            self._store(pc, it)
        elif operation in _ACCESSES:
            self._load(pc, it)
        elif operation in CONDITIONS:
            self._branch(it)
            return True
        elif operation == operations.JAL:
            self._write(it.rd, str(pc + WORD))
            self._trace.cycles += 1
            self._jump(it.immediate)
            return False
        elif operation == operations.JALR:
            self._jump_register(pc, it)
            return False
        elif operation == operations.ORACLE:
            self._exchange(pc, it)
        elif operation in _DELEGATIONS:
            self._delegate(pc, it)
        elif operation == operations.MARKER:
            self._write(it.rd, "0")
        else:
            self._stop(pc, str(INTERPRET))
            return False
        self._trace.cycles += 1
        return True

    def _address(self, it: Instruction) -> str:
        return self._let(f"add i32 {self._read(it.rs1)}, {it.immediate}")

    def _place(self, address: str) -> str:
        wide = self._let(f"zext i32 {address} to i64")
        return self._let(f"getelementptr i8, ptr %m, i64 {wide}")

    def _load(self, pc: int, it: Instruction) -> None:
        kind, extension, mask = _ACCESSES[it.operation]
        address = self._address(it)
        bad = self._let(f"and i32 {address}, {_BEYOND | mask}")
        self._stop_if(self._let(f"icmp ne i32 {bad}, 0"), pc)
        value = self._let(f"load {kind}, ptr {self._place(address)}")
        if extension:
            value = self._let(f"{extension} {kind} {value} to i32")
        self._write(it.rd, value)

    def _store(self, pc: int, it: Instruction) -> None:
        kind, _, mask = _ACCESSES[it.operation]
        address = self._address(it)
        value = self._read(it.rs2)
        bad = self._let(
            f"icmp uge i32 {self._let(f'sub i32 {address}, {_RAM}')}, {_RAM_BYTES}"
        )
        if mask:
            low = self._let(f"icmp ne i32 {self._let(f'and i32 {address}, {mask}')}, 0")
            bad = self._let(f"or i1 {bad}, {low}")
        self._stop_if(bad, pc)
        if kind != "i32":
            value = self._let(f"trunc i32 {value} to {kind}")
        self._emit(f"store {kind} {value}, ptr {self._place(address)}")

    def _branch(self, it: Instruction) -> None:
        x, y = self._read(it.rs1), self._read(it.rs2)
        taken = self._let(f"icmp {CONDITIONS[it.operation]} i32 {x}, {y}")
        self._trace.cycles += 1
        number = self._fresh()
        self._emit(f"br i1 {taken}, label %j{number}, label %n{number}")
        kept = _Trace(
            dict(self._trace.values), list(self._trace.dirty), self._trace.cycles
        )
        self._label(f"j{number}")
        self._jump(it.immediate)
        self._trace = kept
        self._label(f"n{number}")

    def _jump_register(self, pc: int, it: Instruction) -> None:
        base = self._read(it.rs1)
        if base.isdecimal():
            known = (int(base) + it.immediate) & 0xFFFFFFFE
            if known % WORD == 0 and known != pc:
                self._write(it.rd, str(pc + WORD))
                self._trace.cycles += 1
                self._jump(known)
                return
        target = self._let(f"and i32 {self._address(it)}, -2")
        odd = self._let(f"icmp ne i32 {self._let(f'and i32 {target}, 2')}, 0")
        far = self._let(f"icmp uge i32 {target}, {self._code.size}")
        same = self._let(f"icmp eq i32 {target}, {pc}")
        bad = self._let(f"or i1 {self._let(f'or i1 {odd}, {far}')}, {same}")
        self._stop_if(bad, pc)
        self._write(it.rd, str(pc + WORD))
        self._trace.cycles += 1
        self._flush()
        self._emit(f"store i32 {target}, ptr {self._field('%s', int(state.STATE_PC))}")
        table = self._let(f"load ptr, ptr {self._field('%x', CONTEXT_TABLE)}")
        wide = self._let(f"zext i32 {target} to i64")
        cell = self._let(f"getelementptr i16, ptr {table}, i64 {wide}")
        self._go(self._let(f"load ptr, ptr {cell}"))

    # The world

    def _hook(self, offset: int, more: str = "") -> str:
        """Call a function of the interpreter on the state; its reason to stop."""
        self._flush()
        self._trace.dirty.clear()
        hook = self._let(f"load ptr, ptr {self._field('%x', offset)}")
        return self._let(f"call i32 {hook}(ptr %m, ptr %s{more})")

    def _exchange(self, pc: int, it: Instruction) -> None:
        fields = it.rd << 8 | it.rs1 << 16
        reason = self._hook(CONTEXT_ORACLE, f", i32 {fields}")
        code = self._let(f"add i32 {reason}, {STOPPED}")
        self._stop_if(self._let(f"icmp ne i32 {reason}, 0"), pc, code)
        self._trace.values.pop(it.rd, None)

    def _delegate(self, pc: int, it: Instruction) -> None:
        hook, counter = _DELEGATIONS[it.operation]
        if it.rs1 != 0:
            given = self._let(f"icmp ne i32 {self._read(it.rs1)}, 0")
            self._stop_if(given, pc)
        reason = self._hook(hook)
        # Refused arguments leave everything as it was: the interpreter says why.
        self._stop_if(self._let(f"icmp ne i32 {reason}, 0"), pc)
        self._trace.values.pop(_STEP if hook == CONTEXT_KECCAK else _A2, None)
        self._write(it.rd, "0")
        cell = self._field("%s", counter)
        before = self._let(f"load i64, ptr {cell}, align 4")
        self._emit(
            f"store i64 {self._let(f'add i64 {before}, 1')}, ptr {cell}, align 4"
        )
