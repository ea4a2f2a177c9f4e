"""Bytecode under construction: labels, data and a stack height that is always known."""

from typing import Final, NamedTuple

from zkos.guest.evm.opcodes import OPCODES


class Opcode(NamedTuple):
    """What an opcode does to the stack; from the table the interpreter uses."""

    value: int
    pops: int
    pushes: int


BY_NAME: Final = {row[1]: Opcode(row[0], row[4], row[5]) for row in OPCODES}
"""All opcodes by mnemonic."""
_PUSH0: Final = 0x5F
_PUSH2: Final = 0x61
_LABEL_BYTES: Final = 2


class Label:
    """A place in the code, known once it is marked."""

    __slots__ = ("position",)

    def __init__(self) -> None:
        self.position: int | None = None


class Code:
    """Writes opcodes one after the other."""

    def __init__(self) -> None:
        self.height = 0
        """Words on the stack here, if no jump came from elsewhere."""
        self._bytes = bytearray()
        self._uses: list[tuple[int, Label]] = []
        self._data: list[tuple[Label, bytes]] = []

    def __len__(self) -> int:
        """Bytes so far, without data."""
        return len(self._bytes)

    def op(self, *names: str) -> None:
        """Append opcodes without immediates."""
        for name in names:
            opcode = BY_NAME[name]
            if opcode.pops > self.height:
                raise ValueError(f"{name} on a stack of {self.height}")
            self._bytes.append(opcode.value)
            self.height += opcode.pushes - opcode.pops

    def push(self, number: int, width: int | None = None) -> None:
        """Push a number in `width` bytes, or as few as it needs."""
        if width is None:
            width = (number.bit_length() + 7) // 8
        self._bytes.append(_PUSH0 + width)
        self._bytes += number.to_bytes(width, "big")
        self.height += 1

    def push_label(self, label: Label) -> None:
        """Push where a label is or will be."""
        self._bytes.append(_PUSH2)
        self._uses.append((len(self._bytes), label))
        self._bytes += bytes(_LABEL_BYTES)
        self.height += 1

    def mark(self, label: Label) -> None:
        """Put a label here, as a jump destination."""
        label.position = len(self._bytes)
        self.op("JUMPDEST")

    def raw(self, content: bytes) -> None:
        """Append bytes as they are."""
        self._bytes += content

    def data(self, content: bytes) -> Label:
        """Bytes behind the code; their label."""
        label = Label()
        self._data.append((label, content))
        return label

    def copy_data(self, content: bytes, offset: int = 0) -> None:
        """Keep bytes behind the code, and copy them to a place in memory."""
        place = self.data(content)
        self.push(len(content))
        self.push_label(place)
        self.push(offset)
        self.op("CODECOPY")

    def give(self, content: bytes) -> None:
        """Return bytes, as a constructor returns its contract's code."""
        self.copy_data(content)
        self.push(len(content))
        self.push(0)
        self.op("RETURN")

    def finish(self) -> bytes:
        """The code with its data, all labels filled in.

        ValueError if it is too long for them or a label has no place.
        """
        end = bytearray()
        for label, content in self._data:
            label.position = len(self._bytes) + 1 + len(end)
            end += content
        if end:
            # Code that runs into its data stops here.
            end[:0] = b"\0"
        for position, label in self._uses:
            if label.position is None or label.position >> (8 * _LABEL_BYTES):
                raise ValueError("a label without a place")
            place = label.position.to_bytes(_LABEL_BYTES, "big")
            self._bytes[position : position + _LABEL_BYTES] = place
        return bytes(self._bytes + end)
