"""The rules of expressions in typed trees, see `verify`."""

from collections.abc import Sequence

from zkos.compiler.errors import Location
from zkos.compiler.operations import (
    INTRINSICS,
    Signature,
    array_method,
    integer_method,
    view_method,
)
from zkos.compiler.operators import BINARY, COMPARE
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
    parts,
)
from zkos.compiler.types import (
    BOOL,
    NONE,
    U8,
    U32,
    VIEW,
    ArrayOf,
    EnumOf,
    Int,
    Literal,
    Maybe,
    Ref,
    Table,
    TupleOf,
    Type,
)

_SHIFTS = ("shl", "shr")
_ARITHMETIC = frozenset(BINARY.values()) - frozenset(_SHIFTS)
_COMPARISONS = frozenset(COMPARE.values())
_ARRAYS = ("Array", "scratch", "aligned_array")


class BrokenTree(Exception):
    """A typed tree breaks a rule: the compiler is wrong."""

    def __init__(self, where: Location, function: str, rule: str) -> None:
        super().__init__(f"{where}: broken tree of {function}: not so: {rule}")


class Values:
    """The rules of expressions, for one function."""

    def __init__(self, instance: Instance, functions: frozenset[Instance]) -> None:
        self.instance = instance
        self.functions = functions
        self.locals = instance.locals
        self.where = instance.function.where

    def demand(self, holds: bool, rule: str) -> None:
        """Complain unless a rule holds."""
        if not holds:
            raise BrokenTree(self.where, self.instance.name, rule)

    def value(self, made: Expr) -> None:
        """Verify an expression and all inside it."""
        for part in parts(made):
            self.value(part)
            sized = not isinstance(part.kind, Literal | Table)
            self.demand(sized, f"{part.kind} is no operand")
        self.where = made.where
        match made:
            case Const(kind=kind, value=number):
                self.demand(fits(kind, number), f"{number} is {kind}")
            case Null(kind=kind):
                self.demand(isinstance(kind, Maybe) or kind == NONE, f"None is {kind}")
            case Local(kind=kind, name=name):
                self.demand(self.locals.get(name) == kind, f"{name} is {kind}")
            case Field(kind=kind, object=owner, name=name):
                fields = owner.kind.fields if isinstance(owner.kind, Ref) else {}
                self.demand(fields.get(name) == kind, f"field {name} is {kind}")
            case Item(kind=kind, array=array, index=index):
                item: Type | None = U8 if array.kind == VIEW else None
                if isinstance(array.kind, ArrayOf):
                    item = array.kind.item
                self.demand(item == kind, f"an item of {array.kind} is {kind}")
                self.kinds([index], [U32])
            case TableItem(indices=indices):
                self.kinds(indices, [U32] * len(indices))
            case Call(kind=kind, target=target, arguments=given):
                self.demand(kind == target.result, f"{target.name} gives {kind}")
                self.call(target, given, 0)
            case New(kind=kind, ref=ref, target=target, arguments=given):
                self.demand(kind is ref, "an object is of its class")
                if target is None:
                    self.kinds(given, list(ref.fields.values()))
                else:
                    self.call(target, given, 1)
            case Logic(kind=kind, left=left, right=right):
                self.kinds([made, left, right], [BOOL] * 3)
            case Choice(kind=kind, condition=condition, yes=yes, no=no):
                self.kinds([condition, yes, no], [BOOL, kind, kind])
            case Pack(kind=kind, items=items):
                self.demand(isinstance(kind, TupleOf), "a tuple is one")
                assert isinstance(kind, TupleOf)
                self.kinds(items, kind.items)
            case Op():
                self.operation(made)

    def kinds(self, given: Sequence[Expr], wanted: Sequence[Type]) -> None:
        """Demand values of these types."""
        found = [made.kind for made in given]
        if found != list(wanted):
            text = f"{', '.join(map(str, found))} as {', '.join(map(str, wanted))}"
            self.demand(False, text)

    def call(self, target: Instance, given: list[Expr], skip: int) -> None:
        """Verify the call of a function of ours."""
        self.demand(target in self.functions, f"{target.name} is compiled")
        self.demand(
            target in self.instance.calls, f"the call of {target.name} is known"
        )
        self.kinds(given, [kind for _, kind in target.parameters[skip:]])

    def operation(self, made: Op) -> None:
        """Verify a primitive operation."""
        kind, given = made.kind, made.arguments
        match made.name, given:
            case name, [left, right] if name in _COMPARISONS:
                self.demand(kind == BOOL, "a comparison is a bool")
                same = left.kind == right.kind or _pointers(left, right)
                self.demand(same, f"{left.kind} is compared with {right.kind}")
            case name, [_, _] if name in _ARITHMETIC:
                number = isinstance(kind, Int) and not kind.opaque
                bits = kind == BOOL and name in ("and", "or", "xor")
                self.demand(number or bits, f"{name} of {kind}")
                self.kinds(given, [kind, kind])
            case name, _ if name in _SHIFTS:
                self.demand(
                    isinstance(kind, Int) and not kind.opaque, f"shift of {kind}"
                )
                self.kinds(given, [kind, U32])
            case name, _ if name in _ARRAYS:
                self.demand(isinstance(kind, ArrayOf), f"{name} is an array")
                self.kinds(given, [U32])
            case (("not" | "invert"), _):
                self.kinds(given, [kind])
            case "from_bool", _:
                self.demand(isinstance(kind, Int), f"a bool becomes {kind}")
                self.kinds(given, [BOOL])
            case (("convert" | "truncate"), [value]):
                both = isinstance(kind, Int) and isinstance(value.kind, Int)
                self.demand(both, f"{value.kind} becomes {kind}")
            case "wrap", [value]:
                self.demand(kind == Maybe(_ref(value.kind)), f"{value.kind} or None")
            case "unwrap", [value]:
                self.demand(value.kind == Maybe(_ref(kind)), f"{kind} or None")
            case "checked_division", [pair, divisor]:
                self.kinds([made, pair], [TupleOf((divisor.kind,) * 2)] * 2)
            case "pick", [value]:
                self._pick(made, value)
            case "dispatch", [key, subject]:
                self._dispatch(made, key, subject)
            case name, _:
                self._signature(made, _method(name, given), given)

    def _pick(self, made: Op, value: Expr) -> None:
        kinds = value.kind.items if isinstance(value.kind, TupleOf) else ()
        number = made.extra
        assert isinstance(number, int)
        self.demand(made.kind in kinds[number : number + 1], f"part {number}")

    def _dispatch(self, made: Op, key: Expr, subject: Expr) -> None:
        self.kinds([made, key], [NONE, U8])
        rows = made.extra
        assert isinstance(rows, dict)
        self.demand(None in rows, "a table has a default")
        for target, numbers in rows.values():
            self.demand(target in self.functions, f"{target.name} is compiled")
            wanted = [subject.kind] + [U32] * len(numbers)
            taken = [kind for _, kind in target.parameters]
            self.demand(taken == wanted, f"{target.name} takes {subject.kind}")

    def _signature(
        self, made: Op, found: tuple[Signature, int] | None, given: list[Expr]
    ) -> None:
        self.demand(found is not None, f"there is an operation {made.name}")
        assert found is not None
        signature, skip = found
        self.demand(made.kind == signature.result, f"{made.name} gives {made.kind}")
        self.kinds(given[skip:], signature.arguments)


def fits(kind: Type, number: int) -> bool:
    """Whether a number is a value of a type."""
    match kind:
        case Int():
            low = -(1 << kind.bits - 1) if kind.signed else 0
            return low <= number < low + (1 << kind.bits)
        case EnumOf(members=members):
            return number in dict(members).values()
        case Literal(value=value):
            return number == value
        case Table():
            return number == 0
    return kind == BOOL and number in (0, 1)


def _ref(kind: Type) -> Ref:
    return kind if isinstance(kind, Ref) else Ref("no class")


def _pointers(left: Expr, right: Expr) -> bool:
    """Whether both are references, which may be None."""
    return all(
        isinstance(made.kind, Ref | Maybe) or isinstance(made, Null)
        for made in (left, right)
    )


def _method(name: str, given: list[Expr]) -> tuple[Signature, int] | None:
    """The signature of an operation by name, and how many operands are before it."""
    if name in INTRINSICS:
        return INTRINSICS[name], 0
    owner = given[0].kind if given else None
    signature = None
    match owner:
        case Int():
            signature = integer_method(owner, name)
        case ArrayOf():
            signature = array_method(name)
    if owner == VIEW:
        signature = view_method(name)
    return (signature, 1) if signature is not None else None
