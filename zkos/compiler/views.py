"""Operations on byte views and arrays, and the intrinsics."""

from typing import Final

from zkos.compiler.emit import MARKS, NOTES, PAIR, Place
from zkos.compiler.operations import INTRINSICS
from zkos.compiler.scalars import ScalarText
from zkos.compiler.tree import Expr, Op
from zkos.compiler.types import INTS, Int, in_memory

_KECCAK_BYTES: Final = 248
"""Of the lanes of the Keccak delegation."""
_WIDE_HELPERS: Final = {"load_u256_be", "store_u256_be", "load_u256", "store_u256"}


class ViewText(ScalarText):
    """Adds memory access to the text of a function."""

    INTRINSICS: Final = frozenset(INTRINSICS)

    def place(self, made: Expr) -> Place:
        """Where the value of a memory type lies."""
        raise NotImplementedError

    def pair(self, pointer: str, length: str) -> str:
        """A view or array value."""
        first = self.let(f"insertvalue {PAIR} poison, ptr {pointer}, 0")
        return self.let(f"insertvalue {PAIR} {first}, i32 {length}, 1")

    def parts(self, pair: str) -> tuple[str, str]:
        """Pointer and length of a view or array."""
        return (
            self.let(f"extractvalue {PAIR} {pair}, 0"),
            self.let(f"extractvalue {PAIR} {pair}, 1"),
        )

    def view_operation(self, made: Op) -> str:
        """A method of a view or array."""
        pointer, length = self.parts(self.value(made.arguments[0]))
        match made.name:
            case "length":
                return length
            case "window":
                return self._window(made, pointer, length)
            case "copy_from" | "equals":
                return self._two_views(made, pointer, length)
            case "fill":
                byte = self.value(made.arguments[1])
                word = self.target.word
                size = self._size(length)
                self.emit(
                    f"call void @llvm.memset.p0.{word}"
                    f"(ptr {pointer}, i8 {byte}, {word} {size}, i1 false)"
                )
                return ""
        if made.name.startswith("load_"):
            return self._load(*self._access(made, pointer, length))
        self._store(made, pointer, length)
        return ""

    def _size(self, length: str) -> str:
        word = self.target.word
        return length if word == "i32" else self.let(f"zext i32 {length} to {word}")

    def _window(self, made: Op, pointer: str, length: str) -> str:
        start = self.value(made.arguments[1])
        size = self.value(made.arguments[2])
        reason = "window outside a byte view"
        self.trap_if(self.let(f"icmp ugt i32 {start}, {length}"), made.where, reason)
        rest = self.let(f"sub i32 {length}, {start}")
        self.trap_if(self.let(f"icmp ugt i32 {size}, {rest}"), made.where, reason)
        return self.pair(self.index(pointer, 1, start), size)

    def _two_views(self, made: Op, pointer: str, length: str) -> str:
        other, other_length = self.parts(self.value(made.arguments[1]))
        same = self.let(f"icmp eq i32 {length}, {other_length}")
        if made.name == "copy_from":
            differ = self.let(f"xor i1 {same}, true")
            self.trap_if(differ, made.where, "copy between views of different lengths")
            word = self.target.word
            self.emit(
                f"call void @llvm.memmove.p0.p0.{word}"
                f"(ptr {pointer}, ptr {other}, {word} {self._size(length)}, i1 false)"
            )
            return ""
        shorter = self.let(f"select i1 {same}, i32 {length}, i32 0")
        equal = self.let(
            f"call fastcc i1 @__bytes_equal(ptr {pointer}, ptr {other}, i32 {shorter})"
        )
        return self.let(f"and i1 {same}, {equal}")

    def _access(
        self, made: Op, pointer: str, length: str, offset: str = ""
    ) -> tuple[Int, bool, str]:
        """Type, order and address of a number in a view, after the bounds check."""
        name = made.name.split("_", 1)[1]
        swapped = name.endswith("_be")
        kind = INTS[name.removesuffix("_be").upper()]
        offset = offset or self.value(made.arguments[1])
        room = self.let(
            f"call i32 @llvm.usub.sat.i32(i32 {length}, i32 {kind.bits // 8 - 1})"
        )
        outside = self.let(f"icmp uge i32 {offset}, {room}")
        self.trap_if(outside, made.where, "access outside a byte view")
        return kind, swapped, self.index(pointer, 1, offset)

    def _unaligned(self) -> bool:
        """Whether loads that may be unaligned need care."""
        return self.target.pointer_bytes == 4

    def _load(self, kind: Int, swapped: bool, address: str) -> str:
        bits = kind.bits
        if self._unaligned() and bits == 32:
            value = self.let(f"call fastcc i32 @__load32(ptr {address})")
        elif self._unaligned() and bits == 64:
            low = self.let(f"call fastcc i32 @__load32(ptr {address})")
            high = self.let(f"call fastcc i32 @__load32(ptr {self.offset(address, 4)})")
            one = self.let(f"zext i32 {low} to i64")
            two = self.let(f"shl i64 {self.let(f'zext i32 {high} to i64')}, 32")
            value = self.let(f"or disjoint i64 {one}, {two}")
        else:
            value = self.let(f"load i{bits}, ptr {address}, align 1")
        if swapped:
            return self.let(f"call i{bits} @llvm.bswap.i{bits}(i{bits} {value})")
        return value

    def _store(self, made: Op, pointer: str, length: str) -> None:
        offset = self.value(made.arguments[1])
        given = made.arguments[2]
        place, value = Place("", "own"), ""
        if in_memory(given.kind):
            place = self.place(given)
        else:
            value = self.value(given)
        kind, swapped, address = self._access(made, pointer, length, offset)
        bits = kind.bits
        if kind.wide:
            if self._unaligned() and made.name in _WIDE_HELPERS:
                self.emit(
                    f"call fastcc void @__{made.name}"
                    f"(ptr {address}, ptr {place.pointer})"
                )
                return
            value = self.number(kind, place)
        if swapped:
            value = self.let(f"call i{bits} @llvm.bswap.i{bits}(i{bits} {value})")
        if self._unaligned() and bits == 32:
            self.emit(f"call fastcc void @__store32(ptr {address}, i32 {value})")
        else:
            self.emit(f"store i{bits} {value}, ptr {address}, align 1")

    def view_load_wide(self, made: Op, kind: Int, target: Place) -> None:
        """A load of a wide integer into memory."""
        pointer, length = self.parts(self.value(made.arguments[0]))
        _, swapped, address = self._access(made, pointer, length)
        if self._unaligned() and made.name in _WIDE_HELPERS:
            self.emit(
                f"call fastcc void @__{made.name}(ptr {target.pointer}, ptr {address})"
            )
            return
        bits = kind.bits
        value = self.let(f"load i{bits}, ptr {address}, align 1")
        if swapped:
            value = self.let(f"call i{bits} @llvm.bswap.i{bits}(i{bits} {value})")
        self.put(kind, value, target)

    def intrinsic(self, made: Op) -> str:
        """The engine's own operations."""
        match made.name:
            case "oracle_read":
                return self.let("call i32 @__oracle_read()")
            case "oracle_write":
                word = self.value(made.arguments[0])
                self.emit(f"call void @__oracle_write(i32 {word})")
                return ""
            case "option_word":
                index = self.value(made.arguments[0])
                known = self.let(f"and i32 {index}, 3")
                address = self.index("@__options", 4, known)
                return self.let(f"load i32, ptr {address}, align 4")
            case "address_of":
                pointer, _ = self.parts(self.value(made.arguments[0]))
                word = self.target.word
                address = self.let(f"ptrtoint ptr {pointer} to {word}")
                if word == "i32":
                    return address
                # The arena is smaller than 2**32 bytes: the low half says where in it.
                return self.let(f"trunc {word} {address} to i32")
            case "mark" | "note" | "noted":
                return self._instrument(made)
            case "allocate_bytes":
                length = self.value(made.arguments[0])
                pointer = self.let(f"call fastcc ptr @__alloc(i32 {length}, i32 32)")
                return self.pair(pointer, length)
            case "blake2s_round" | "blake2s_block_round":
                self._blake2s_round(made)
                return ""
            case "keccak_two_steps":
                return self._keccak_step(made, "@__csr_keccak_two")
            case "keccak_step":
                return self._keccak_step(made, "@__csr_keccak")
        raise AssertionError(f"no intrinsic {made.name}")

    def _instrument(self, made: Op) -> str:
        """Marks and notes of coverage builds; nothing and 0 in others."""
        cell, *rest = [self.value(item) for item in made.arguments]
        if not self.module.coverage:
            return "0" if made.name == "noted" else ""
        if made.name == "mark":
            self.module.marks = MARKS
            known = self.let(f"and i32 {cell}, {MARKS - 1}")
            self.add_one(self.index("@__marks", 1, known))
            return ""
        known = self.let(f"and i32 {cell}, {NOTES - 1}")
        address = self.index("@__notes", 8, known)
        if made.name == "noted":
            return self.let(f"load i64, ptr {address}")
        self.emit(f"store i64 {rest[0]}, ptr {address}")
        return ""

    def _blake2s_round(self, made: Op) -> None:
        state, state_length = self.parts(self.value(made.arguments[0]))
        message, message_length = self.parts(self.value(made.arguments[1]))
        mask = self.value(made.arguments[2])
        control = self.value(made.arguments[3])
        items = 16 if made.name == "blake2s_round" else 64
        for length, least in ((state_length, 24), (message_length, items)):
            self.trap_if(
                self.let(f"icmp ult i32 {length}, {least}"),
                made.where,
                "too short for the BLAKE2s delegation",
            )
        self.module.declare(
            "@__csr_blake2s",
            "declare preserve_mostcc void @__csr_blake2s(ptr captures(none), "
            "ptr captures(none) readonly, i32, i32) "
            "nounwind willreturn memory(argmem: readwrite)",
        )
        self.emit(
            "notail call preserve_mostcc void @__csr_blake2s"
            f"(ptr {state}, ptr {message}, i32 {mask}, i32 {control})"
        )

    def _keccak_step(self, made: Op, marker: str) -> str:
        step = self.value(made.arguments[0])
        lanes, length = self.parts(self.value(made.arguments[1]))
        self.trap_if(
            self.let(f"icmp ult i32 {length}, {_KECCAK_BYTES}"),
            made.where,
            "too short for the Keccak delegation",
        )
        self.module.declare(
            marker,
            f"declare i32 {marker}(i32, ptr captures(none)) "
            "nounwind willreturn memory(argmem: readwrite)",
        )
        return self.let(f"notail call i32 {marker}(i32 {step}, ptr {lanes})")

    def finish(self, place: Place) -> None:
        """Give the output and end the run."""
        value = self.number(INTS["Bytes32"], place)
        swapped = self.let(f"call i256 @llvm.bswap.i256(i256 {value})")
        slot = self.temporary(INTS["Bytes32"])
        self.put(INTS["Bytes32"], swapped, slot)
        self.emit(f"call void @__finish(ptr {slot.pointer})")
