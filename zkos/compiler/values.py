"""Lowers expressions: to LLVM values, or into memory for wide integers and tuples."""

import hashlib
from collections.abc import Callable
from typing import cast

from zkos.compiler.emit import (
    PAIR,
    UNLIKELY,
    Place,
    located,
    out_pointer,
    return_type,
    scalar,
)
from zkos.compiler.tree import (
    Call,
    Choice,
    Const,
    Expr,
    Field,
    Instance,
    Item,
    Local,
    Logic,
    New,
    Null,
    Op,
    Pack,
    TableItem,
)
from zkos.compiler.types import (
    BOOL,
    VIEW,
    ArrayOf,
    Int,
    Ref,
    in_memory,
)
from zkos.compiler.wide_values import WideValueText


class ValueText(WideValueText):
    """Adds expressions to the text of a function."""

    @located
    def value(self, made: Expr) -> str:
        """The LLVM value of an expression that fits registers."""
        match made:
            case Const(kind=kind, value=value):
                if kind == BOOL:
                    return "true" if value else "false"
                return str(value)
            case Null():
                return "null"
            case Local(kind=kind, name=name):
                return self.load(kind, self.slot_of[name].pointer)
            case Field(kind=kind):
                return self.load(kind, self.field(made))
            case Item(kind=kind):
                return self.load(kind, self.item(made))
            case TableItem(kind=kind):
                return self.load(kind, self.table_item(made).pointer)
            case Call():
                return self.call(made, None)
            case New():
                return self.new(made)
            case Logic():
                return self.logic(made)
            case Choice(kind=kind):
                slot = self.slot(self.layout.size(kind), self.layout.align(kind))
                self.choose(made, lambda part: self.store(kind, self.value(part), slot))
                return self.load(kind, slot)
            case Op():
                return self.operation(made)
        raise AssertionError(f"no value for {made}")

    @located
    def place(self, made: Expr) -> Place:
        """Where the value of a memory type lies; not to be written."""
        match made:
            case Const(kind=Int() as kind, value=value):
                value &= (1 << kind.storage_bits) - 1
                pointer = self.module.wide_constant(kind.storage_bits, value)
                return Place(pointer, "const")
            case Local(name=name):
                return self.slot_of[name]
            case Field():
                return Place(self.field(made), "heap")
            case Item():
                return Place(self.item(made), "heap")
            case TableItem():
                return self.table_item(made)
        target = self.temporary(made.kind)
        self.into(made, target)
        return target

    def argument(self, made: Expr) -> str:
        """A call argument; memory types that may change meanwhile are copied."""
        if not in_memory(made.kind):
            return f"{scalar(made.kind)} {self.value(made)}"
        place = self.place(made)
        if place.origin == "heap":
            place = self.own_copy(made.kind, place)
        return f"ptr {place.pointer}"

    @located
    def into(self, made: Expr, target: Place) -> None:
        """Evaluate a memory type into `target`, which the expression does not read."""
        match made:
            case Call():
                self.call(made, target)
            case Choice():
                self.choose(made, lambda part: self.into(part, target))
            case Pack(kind=kind, items=items):
                for item, offset in zip(items, self.tuple_offsets(kind), strict=True):
                    self.put_part(item, self.offset(target.pointer, offset))
            case Op():
                self.wide_operation(made, target)
            case _:
                self.copy(made.kind, target, self.place(made))

    def put_part(self, made: Expr, pointer: str) -> None:
        """Evaluate any expression into memory at `pointer`."""
        if in_memory(made.kind):
            self.into(made, Place(pointer, "own"))
        else:
            self.store(made.kind, self.value(made), pointer)

    def logic(self, made: Logic) -> str:
        """`and` and `or` evaluate the right side only if it decides."""
        slot = self.slot(1, 1)
        right, end = self.fresh("l"), self.fresh("l")
        left = self.value(made.left)
        self.store(BOOL, left, slot)
        self.fork(left, *((right, end) if made.both else (end, right)))
        self.label(right)
        self.store(BOOL, self.value(made.right), slot)
        self.branch(end)
        self.label(end)
        return self.load(BOOL, slot)

    def choose(self, made: Choice, put: Callable[[Expr], None]) -> None:
        """Evaluate one of two expressions by `put`."""
        yes, no, end = self.fresh("l"), self.fresh("l"), self.fresh("l")
        self.fork(self.value(made.condition), yes, no)
        self.label(yes)
        put(made.yes)
        self.branch(end)
        self.label(no)
        put(made.no)
        self.branch(end)
        self.label(end)

    def field(self, made: Field) -> str:
        """Address of a field."""
        ref = made.object.kind
        assert isinstance(ref, Ref)
        return self.offset(
            self.value(made.object), self.module.fields(ref)[0][made.name]
        )

    def item(self, made: Item) -> str:
        """Address of an item, after the bounds check."""
        pair = self.value(made.array)
        index = self.value(made.index)
        length = self.let(f"extractvalue {PAIR} {pair}, 1")
        outside = self.let(f"icmp uge i32 {index}, {length}")
        what = "a byte view" if made.array.kind == VIEW else "an array"
        self.trap_if(outside, made.where, f"index outside {what}")
        pointer = self.let(f"extractvalue {PAIR} {pair}, 0")
        return self.index(pointer, self.layout.size(made.kind), index)

    def table_item(self, made: TableItem) -> Place:
        """Address of an item of a constant tuple, or of a copy of it."""
        level: tuple[object, ...] = made.table
        position = ""
        lengths = []
        for _ in made.indices:
            lengths.append(len(level))
            level = cast("tuple[object, ...]", level[0])
        for index, length in zip(made.indices, lengths, strict=True):
            number = self.value(index)
            self.trap_if(
                self.let(f"icmp uge i32 {number}, {length}"),
                made.where,
                "index outside a constant tuple",
            )
            if position:
                position = self.let(f"mul i32 {position}, {length}")
                position = self.let(f"add i32 {position}, {number}")
            else:
                position = number
        flat: list[object] = list(made.table)
        for _ in lengths[1:]:
            flat = [x for part in flat for x in cast("tuple[object, ...]", part)]
        numbers = [int(cast(int, x)) for x in flat]
        kind = made.kind
        bits = 8 * self.layout.size(kind)
        text = ", ".join(f"i{bits} {n & ((1 << bits) - 1)}" for n in numbers)
        name = f"table{bits}.{hashlib.sha256(text.encode()).hexdigest()[:24]}"
        pointer = self.module.constant(
            name, f"[{len(numbers)} x i{bits}] [{text}]", ram=False
        )
        place = Place(self.index(pointer, bits // 8, position), "const")
        if not in_memory(kind) or not self.target.delegated:
            return place
        # A delegation reads RAM only. Copying items when they are used is cheaper than
        # copying every table at reset.
        copy = self.temporary(kind)
        value = self.let(f"load i{bits}, ptr {place.pointer}, align 32")
        self.emit(f"store i{bits} {value}, ptr {copy.pointer}, align 32")
        return copy

    def call(self, made: Call, target: Place | None) -> str:
        """Call a function; the value, unless it goes to `target`."""
        parts = [self.argument(item) for item in made.arguments]
        return self.call_with(made.target, parts, target)

    def call_with(
        self, instance: Instance, parts: list[str], target: Place | None
    ) -> str:
        """Call with lowered arguments and spread an error."""
        result = None
        if out_pointer(instance):
            if target is None:
                result = Place(self._out_slot(instance), "own")
            else:
                result = target
            parts = [f"ptr {result.pointer}", *parts]
        kind = return_type(instance)
        text = f'call fastcc {kind} @"{instance.name}"({", ".join(parts)})'
        if kind == "void":
            self.emit(text)
            return ""
        value = self.let(text)
        if not instance.raises:
            return value
        self.spread(value)
        if result is not None and target is None:
            return self.load(instance.result, result.pointer)
        return ""

    def _out_slot(self, instance: Instance) -> str:
        kind = instance.result
        return self.slot(self.layout.size(kind), self.layout.align(kind))

    def spread(self, status: str) -> None:
        """Go to the handler when a status is not zero."""
        failed = self.let(f"icmp ne i32 {status}, 0")
        bad, good = self.fresh("e"), self.fresh("l")
        self.fork(failed, bad, good, UNLIKELY)
        self.label(bad)
        self.throw(status)
        self.label(good)

    def throw(self, status: str) -> None:
        """Go to the innermost handler with an error number."""
        raise NotImplementedError

    def allocate(self, size: str, align: int) -> str:
        """Fresh zero memory of `size` bytes, an i32."""
        return self.let(f"call fastcc ptr @__alloc(i32 {size}, i32 {align})")

    def new(self, made: New) -> str:
        """Make an object and run its constructor."""
        offsets, size, align = self.module.fields(made.ref)
        if made.target is None:
            places = [
                self.own_copy(v.kind, self.place(v))
                if in_memory(v.kind)
                else self.value(v)
                for v in made.arguments
            ]
            pointer = self.allocate(str(size), max(align, 8))
            for (name, kind), part in zip(made.ref.fields.items(), places, strict=True):
                address = self.offset(pointer, offsets[name])
                if isinstance(part, Place):
                    self.copy(kind, Place(address, "heap"), part)
                else:
                    self.store(kind, part, address)
            return pointer
        parts = [self.argument(item) for item in made.arguments]
        pointer = self.allocate(str(size), max(align, 8))
        self.call_with(made.target, [f"ptr {pointer}", *parts], None)
        return pointer

    def operation(self, made: Op) -> str:
        """A primitive operation with a value in registers."""
        arguments = made.arguments
        first = arguments[0].kind if arguments else None
        match made.name:
            case "eq" | "ne" | "lt" | "le" | "gt" | "ge":
                return self.comparison(made)
            case "not":
                return self.let(f"xor i1 {self.value(arguments[0])}, true")
            case "wrap" | "unwrap":
                return self.value(arguments[0])
            case "pick":
                pair = self.place(arguments[0])
                offset = self.tuple_offsets(arguments[0].kind)[cast(int, made.extra)]
                return self.load(made.kind, self.offset(pair.pointer, offset))
            case "dispatch":
                return self.dispatch(made)
            case "Array" | "aligned_array" | "scratch":
                return self.new_array(made)
            case "convert" | "truncate":
                return self.narrowing(made)
            case "from_bool":
                bit = self.value(arguments[0])
                if scalar(made.kind) == "i1":
                    return bit
                return self.let(f"zext i1 {bit} to {scalar(made.kind)}")
            case "finish":
                self.finish(self.place(arguments[0]))
                return ""
        of_memory = isinstance(first, ArrayOf) or first == VIEW
        if of_memory and made.name not in self.INTRINSICS:
            return self.view_operation(made)
        if isinstance(first, Int) and first.wide and made.name != "option_word":
            return self.wide_to_scalar(made, first)
        if isinstance(first, Int) and made.name not in self.INTRINSICS:
            return self.scalar_operation(made, first)
        if first == BOOL:
            x, y = self.value(arguments[0]), self.value(arguments[1])
            return self.let(f"{made.name} i1 {x}, {y}")
        return self.intrinsic(made)

    def dispatch(self, made: Op) -> str:
        """Call the handler of a key."""
        rows = cast("dict[int | None, tuple[Instance, tuple[int, ...]]]", made.extra)
        key = self.value(made.arguments[0])
        subject = self.argument(made.arguments[1])
        end, default = self.fresh("l"), self.fresh("d")
        labels = {number: self.fresh("d") for number in rows if number is not None}
        cases = " ".join(f"i8 {n}, label %{label}" for n, label in labels.items())
        self.emit(f"switch i8 {key}, label %{default} [{cases}]")
        self.ended = True
        for number, (target, numbers) in rows.items():
            self.label(default if number is None else labels[number])
            self.call_with(target, [subject, *(f"i32 {n}" for n in numbers)], None)
            self.branch(end)
        self.label(end)
        return ""

    def new_array(self, made: Op) -> str:
        """An array in the arena, or on the stack for `scratch`."""
        assert isinstance(made.kind, ArrayOf)
        size = self.layout.size(made.kind.item)
        length = self.value(made.arguments[0])
        align = 128 if made.name == "aligned_array" else 32
        if made.name == "scratch":
            total = size * int(length)
            pointer = self.slot(max(total, 1), align)
            word = self.target.word
            self.emit(
                f"call void @llvm.memset.p0.{word}"
                f"(ptr align {align} {pointer}, i8 0, {word} {total}, i1 false)"
            )
        else:
            total_text = length
            if size > 1:
                pair = self.let(
                    "call {i32, i1} @llvm.umul.with.overflow.i32"
                    f"(i32 {length}, i32 {size})"
                )
                total_text = self.let(f"extractvalue {{i32, i1}} {pair}, 0")
                over = self.let(f"extractvalue {{i32, i1}} {pair}, 1")
                self.trap_if(over, made.where, "array too large")
            pointer = self.allocate(total_text, align)
        return self.pair(pointer, length)
