"""The compiled interpreter with doors for translated code.

`ENTER` calls a function of the translation where traps can be caught; the others are
what translated code calls: parts of the interpreter, on its own state.
"""

from typing import Final

from zkos.compiler.build import Artefact, Progress, build
from zkos.compiler.emit import X86
from zkos.compiler.native import NativeLibrary
from zkos.compiler.variant import PLAIN, Variant
from zkos.machine import state
from zkos.terminal.steps import step

INTERPRETER: Final = "zkos.machine.interpreter"
RUN: Final = f"{INTERPRETER}:run"
DECODE_IMAGE: Final = "zkos.machine.decode:decode_image"
ENTER: Final = "__enter_translated"
U256: Final = "__hook_u256"
BLAKE2S: Final = "__hook_blake2s"
KECCAK: Final = "__hook_keccak"
ORACLE: Final = "__hook_oracle"
TRAPPED: Final = -1
"""What `ENTER` returns if a hook trapped."""

_REGISTERS: Final = 32
_VIEW: Final = """
  %{name}1 = insertvalue {{ptr, i32}} poison, ptr %{name}, 0
  %{name}2 = insertvalue {{ptr, i32}} %{name}1, i32 {length}, 1"""
_MEMORY: Final = _VIEW.format(name="m", length=int(state.MEMORY_BYTES))
_ARRAY: Final = _VIEW.format(name="s", length=_REGISTERS)


def _delegation(hook: str, function: str) -> str:
    return f"""
define i32 @{hook}(ptr %m, ptr %s) #0 {{{_MEMORY}{_ARRAY}
  %r = call fastcc i32 @"{function}"({{ptr, i32}} %m2, {{ptr, i32}} %s2)
  ret i32 %r
}}
"""


_STATE: Final = _VIEW.format(name="t", length=int(state.STATE_BYTES))
TEXT: Final = f"""
define i32 @{ENTER}(ptr %f, ptr %s, ptr %m, ptr %x, i64 %left) #0 {{
  %jumped = call i32 @_setjmp(ptr @__jump) #5
  %fell = icmp ne i32 %jumped, 0
  br i1 %fell, label %out, label %go
out:
  ret i32 {TRAPPED}
go:
  %r = call fastcc i32 %f(ptr %s, ptr %m, ptr %x, i64 %left)
  ret i32 %r
}}
{_delegation(U256, "zkos.machine.delegations:u256_operation")}
{_delegation(BLAKE2S, "zkos.machine.delegations:blake2s")}
{_delegation(KECCAK, "zkos.machine.keccak:keccak_step")}
define i32 @{ORACLE}(ptr %m, ptr %s, i32 %fields) #0 {{
  %t = getelementptr i8, ptr %s, i64 0{_ARRAY}{_STATE}
  %r = call fastcc i32 @"{INTERPRETER}:_exchange_words"(
    {{ptr, i32}} %s2, {{ptr, i32}} %t2, i32 %fields)
  ret i32 %r
}}
"""
"""The doors as LLVM text, behind the interpreter's own."""


def interpreter_object(progress: Progress = step, variant: Variant = PLAIN) -> Artefact:
    """The interpreter with the doors, as object code."""
    exports = [RUN, DECODE_IMAGE]
    return build([INTERPRETER], exports, X86, "", progress, variant, TEXT)


def hooked_interpreter(variant: Variant = PLAIN) -> NativeLibrary:
    """The interpreter with the doors, loaded."""
    symbols = (ENTER, U256, BLAKE2S, KECCAK, ORACLE)
    return NativeLibrary(interpreter_object(variant=variant), symbols)
