"""An EVM assembler for contracts of cases.

Words are opcodes in upper case and `label:`, which makes a JUMPDEST. `PUSH` takes a
0x number, whose digits give its width, a decimal one, or `@label` (two bytes); `PUSH1`
to `PUSH32` take a number that fits. `;` starts a comment.
"""

from functools import cache
from typing import Final

LABEL_BYTES: Final = 2
_MOST_PUSHED: Final = 32


@cache
def values() -> dict[str, int]:
    """Opcodes by mnemonic."""
    from zkos.guest.evm.opcodes import OPCODES  # all of the EVM: only if needed

    return {row[1]: int(row[0]) for row in OPCODES}


class AssemblyError(ValueError):
    """A source that is none; the text is one line and names the place."""


def assemble(text: str) -> bytes:
    """The code of a source; raises AssemblyError."""
    code = bytearray()
    labels: dict[str, int] = {}
    uses: list[tuple[int, str, int]] = []
    for number, line in enumerate(text.splitlines(), start=1):
        words = iter(line.split(";")[0].split())
        for word in words:
            if word.endswith(":"):
                if word[:-1] in labels:
                    raise AssemblyError(f"line {number}: label {word} given twice")
                labels[word[:-1]] = len(code)
                code.append(values()["JUMPDEST"])
                continue
            width = _width(word)
            if width == 0:
                code.append(_opcode(word, number))
                continue
            argument = next(words, "")
            if argument.startswith("@"):
                data = bytes(LABEL_BYTES if width is None else width)
                uses.append((len(code) + 1, argument[1:], number))
            else:
                data = _number(argument, number)
            if width is not None:
                if len(data) > width:
                    reason = f"{argument} does not fit {word}"
                    raise AssemblyError(f"line {number}: {reason}")
                data = data.rjust(width, b"\0")
            code.append(values()[f"PUSH{len(data)}"])
            code += data
    for place, label, number in uses:
        if label not in labels:
            raise AssemblyError(f"line {number}: no label {label}")
        width = code[place - 1] - values()["PUSH0"]
        try:
            code[place : place + width] = labels[label].to_bytes(width, "big")
        except OverflowError:
            reason = f"label {label} is too far away"
            raise AssemblyError(f"line {number}: {reason}") from None
    return bytes(code)


def creation_code(runtime: bytes) -> bytes:
    """Initcode that deploys `runtime` as it is."""
    size = f"{len(runtime):#06x}"
    # The length of what precedes the code does not depend on its values.
    head = "PUSH {} PUSH {} PUSH0 CODECOPY PUSH {} PUSH0 RETURN"
    start = len(assemble(head.format(size, "0x0000", size)))
    return assemble(head.format(size, f"{start:#06x}", size)) + runtime


def _width(word: str) -> int | None:
    """Bytes that follow an opcode; None: as many as the number has."""
    digits = word.removeprefix("PUSH")
    if word == "PUSH":
        return None
    if word.startswith("PUSH") and digits.isdecimal() and word in values():
        return int(digits)
    return 0


def _opcode(word: str, number: int) -> int:
    if word not in values():
        raise AssemblyError(f"line {number}: no opcode is called {word}")
    return values()[word]


def _number(text: str, number: int) -> bytes:
    try:
        if text.startswith("0x"):
            data = bytes.fromhex(text[2:])
        else:
            value = int(text)
            data = value.to_bytes(max(1, (value.bit_length() + 7) // 8), "big")
    except (ValueError, OverflowError):
        data = b""
    if not 0 < len(data) <= _MOST_PUSHED:
        reason = f"{text or 'nothing'} is no number of 1 to 32 bytes"
        raise AssemblyError(f"line {number}: {reason}")
    return data
