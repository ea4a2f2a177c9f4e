"""A small EVM assembler for the contracts of `corpora/contracts`.

Words are opcodes, `label:`, and `PUSH` with a 0x number, which gives its width, or
`@label` (two bytes). `;` starts a comment.
"""

from zkos.guest.evm.opcodes import OPCODES

VALUES = {row[1]: int(row[0]) for row in OPCODES}
LABEL_BYTES = 2


def assemble(text):
    """The code of a source; KeyError for what is no opcode or label."""
    words = iter(" ".join(line.split(";")[0] for line in text.splitlines()).split())
    code, labels, uses = bytearray(), {}, {}
    for word in words:
        if word.endswith(":"):
            labels[word[:-1]] = len(code)
            code.append(VALUES["JUMPDEST"])
        elif word != "PUSH":
            code.append(VALUES[word])
        else:
            argument = next(words)
            if argument.startswith("@"):
                uses[len(code) + 1] = argument[1:]
                data = bytes(LABEL_BYTES)
            else:
                data = bytes.fromhex(argument.removeprefix("0x"))
            code.append(VALUES[f"PUSH{len(data)}"])
            code += data
    for place, label in uses.items():
        target = labels[label].to_bytes(LABEL_BYTES, "big")
        code[place : place + LABEL_BYTES] = target
    return bytes(code)
