"""Strategies for small programs: locals, control, memory, objects, exceptions."""

from typing import Any, Final

from hypothesis import strategies as st

from tests.compiler.generated import Sample
from tests.compiler.generated_expressions import (
    KINDS,
    NUMBERS,
    OPAQUE,
    TWINS,
    Draw,
    Expressions,
    bits,
    values,
)

ERRORS: Final = ("Odd", "Even", "Other")
STEPS: Final = 16
"""Bound of every generated loop."""
ITEM_KINDS: Final = ("U8", "U32", "U64", "U128", "U256", "I32", "I256", "bool")
KEY_KINDS: Final = ("U32", "U64", "U256", "Address", "Bytes32")
FOLD: Final = "total_N_ = total_N_.wrapping_mul(0x100000001B3).rotate_left(7) ^ {}"


class Program:
    """Draws the body of one function line by line."""

    def __init__(
        self, draw: Draw, names: dict[str, str], fields: dict[str, str]
    ) -> None:
        self.draw = draw
        self.names = dict(names)
        self.fields = fields
        self.arrays: dict[str, str] = {}
        self.lists: dict[str, str] = {}
        self.maps: dict[str, tuple[str, str]] = {}
        self.lines: list[str] = []
        self.depth = 1
        self.loops = 0
        self.handling = 0
        self.counter = 0

    def add(self, line: str) -> None:
        self.lines.append("    " * self.depth + line)

    def fresh(self, prefix: str) -> str:
        self.counter += 1
        return f"{prefix}{self.counter}"

    def pick(self, *options: Any) -> Any:
        return self.draw(st.sampled_from(options))

    def expression(self, kind: str, depth: int = 2) -> str:
        readable = dict(self.names)
        for name, one in self.fields.items():
            readable[f"box.{name}"] = one
        for name, one in self.arrays.items():
            readable[f"{name}[{self.pick(0, 1, 2, 'i & 3')}]"] = one
        for name, one in self.lists.items():
            readable[f"{name}[0]"] = one
        made = Expressions(self.draw, readable).expression(kind, depth)
        if self.draw(st.integers(0, 9)) == 0 and kind == "U256":
            return f"helper_N_({made}, box)"
        if self.draw(st.integers(0, 9)) == 0 and kind == "U64":
            return f"box.step({made})"
        return made

    def block(self, count: int) -> None:
        """Statements one level deeper; what they declare ends with them."""
        saved = (
            dict(self.names), dict(self.arrays), dict(self.lists), dict(self.maps)
        )  # fmt: skip
        self.depth += 1
        before = len(self.lines)
        for _ in range(count):
            self.statement(simple=self.depth > 3)
        if len(self.lines) == before:
            self.add("pass")
        self.depth -= 1
        self.names, self.arrays, self.lists, self.maps = saved

    def statement(self, *, simple: bool) -> None:
        forms = [
            self._local, self._local, self._flagged, self._array, self._field,
            self._list, self._map, self._fold, self._swap, self._raise,
        ]  # fmt: skip
        if not simple:
            forms += [self._if, self._loop, self._try, self._match, self._while]
        self.draw(st.sampled_from(forms))()

    def _local(self) -> None:
        known = [name for name in self.names if name[0] in "pv"]
        if known and self.draw(st.booleans()):
            name = self.pick(*known)
            kind = self.names[name]
            if kind in NUMBERS and self.draw(st.booleans()):
                operator = self.pick("^=", "|=", "&=", "+=", "-=")
                self.add(f"{name} {operator} {self.expression(kind, 1)}")
                return
        else:
            name, kind = self.fresh("v"), self.pick(*KINDS)
        self.add(f"{name} = {self.expression(kind)}")
        self.names[name] = kind

    def _flagged(self) -> None:
        kind = self.pick(*NUMBERS)
        known = [name for name, one in self.names.items() if one == kind]
        target = self.pick(*known) if known else self.fresh("v")
        flag = self.fresh("v")
        made = Expressions(self.draw, self.names).flagged(kind, 1)
        self.add(f"{target}, {flag} = {made}")
        self.names[target], self.names[flag] = kind, "bool"

    def _array(self) -> None:
        if self.arrays and self.draw(st.booleans()):
            name = self.pick(*self.arrays)
            at = self.pick("0", "3", "i & 3", "(i + 1) & 3", "i")
            self.add(f"{name}[{at}] = {self.expression(self.arrays[name])}")
            return
        name, kind = self.fresh("a"), self.pick(*ITEM_KINDS)
        maker = "Array" if self.loops else self.pick("Array", "scratch")
        self.add(f"{name} = {maker}({kind}, 4)")
        self.arrays[name] = kind

    def _list(self) -> None:
        if not self.lists or self.draw(st.booleans()):
            name, kind = self.fresh("l"), self.pick(*ITEM_KINDS)
            self.add(f"{name} = List({kind})")
            self.add(f"{name}.append({self.expression(kind, 1)})")
            self.lists[name] = kind
            return
        name = self.pick(*self.lists)
        made = self.expression(self.lists[name])
        at = self.pick("0", f"{name}.length() - 1", f"i % {name}.length()")
        self.add(self.pick(
            f"{name}.append({made})",
            f"{name}[{at}] = {made}",
            f"{name}.append({name}.pop())",
            f"{name}.append({name}[{at}])",
            f"{name}.truncate(U32(1))",
        ))  # fmt: skip

    def _map(self) -> None:
        if not self.maps or self.draw(st.booleans()):
            name = self.fresh("m")
            kinds = self.pick(*KEY_KINDS), self.pick(*ITEM_KINDS)
            self.add(f"{name} = Map({kinds[0]}, {kinds[1]})")
            self.maps[name] = kinds
        name = self.pick(*self.maps)
        key, value = self.maps[name]
        entry, known = self.fresh("e"), self.fresh("k")
        self.add(f"{known} = {self.expression(key, 1)}")
        self.add(f"{entry} = {name}.find({known})")
        self.add(f"if {entry} == NOT_FOUND:")
        self.add(f"    {entry} = {name}.insert({known}, {self.expression(value, 1)})")
        self.add("else:")
        self.add(f"    {name}.set_value({entry}, {self.expression(value, 1)})")
        self.names[entry] = "U32"

    def _field(self) -> None:
        name = self.pick(*self.fields)
        self.add(f"box.{name} = {self.expression(self.fields[name])}")

    def _swap(self) -> None:
        kind = self.pick(*self.names.values())
        same = [name for name, one in self.names.items() if one == kind]
        left, right = self.pick(*same), self.pick(*same)
        if "i" not in (left, right):
            self.add(f"{left}, {right} = {right}, {left}")

    def _fold(self) -> None:
        name = self.pick(*self.names)
        self.add(FOLD.format(folded(name, self.names[name])))

    def _raise(self) -> None:
        kind = self.pick(*ERRORS)
        if self.draw(st.booleans()):
            self.add(f"box.check_N_({self.expression('U32', 1)})")
        else:
            self.add(f"if {self.expression('bool', 1)}:")
            again = self.handling and self.draw(st.booleans())
            self.add("    raise" if again else f"    raise {kind}")

    def _if(self) -> None:
        self.add(f"if {self.expression('bool')}:")
        self.block(self.draw(st.integers(1, 3)))
        if self.draw(st.booleans()):
            self.add(f"elif {self.expression('bool', 1)}:")
            self.block(self.draw(st.integers(1, 2)))
        if self.draw(st.booleans()):
            self.add("else:")
            self.block(self.draw(st.integers(1, 3)))

    def _loop(self) -> None:
        name = self.fresh("n")
        unrolled = self.draw(st.integers(0, 3)) == 0
        if unrolled:
            self.add(f"for {name} in srange({self.draw(st.integers(0, 3))}):")
            self.add(f"    i = i + {name}")
        else:
            stop = f"{self.expression('U32', 1)} % {STEPS}"
            bounds = self.pick(stop, f"i & 3, {stop}")
            self.add(f"for {name} in urange({bounds}):")
            self.names[name] = "U32"
        self.loops += 1
        if not unrolled and self.draw(st.booleans()):
            self.add(f"    if {self.expression('bool', 1)}:")
            self.add(f"        {self.pick('break', 'continue')}")
        self.block(self.draw(st.integers(1, 3)))
        self.loops -= 1
        self.names.pop(name, None)

    def _while(self) -> None:
        name = self.fresh("w")
        self.add(f"{name} = U32(0)")
        self.add(f"while {name} < {STEPS} and {self.expression('bool', 1)}:")
        self.add(f"    {name} += 1")
        self.names[name] = "U32"
        self.loops += 1
        if self.draw(st.booleans()):
            self.add(f"    if {self.expression('bool', 1)}:")
            self.add(f"        {self.pick('break', 'continue')}")
        self.block(self.draw(st.integers(1, 3)))
        self.loops -= 1

    def _try(self) -> None:
        self.add("try:")
        self.block(self.draw(st.integers(1, 4)))
        chosen = self.draw(st.lists(st.sampled_from(ERRORS), min_size=1, max_size=2))
        for number, error in enumerate(chosen):
            both = number == 0 and self.draw(st.booleans())
            self.add(f"except ({error}, Other):" if both else f"except {error}:")
            self.handling += 1
            self.block(self.draw(st.integers(0, 2)))
            self.handling -= 1

    def _match(self) -> None:
        self.add(f"match {self.expression('U32', 1)} & 7:")
        self.depth += 1
        numbers = self.draw(st.permutations(range(8)))
        for group in (numbers[:2], numbers[2:3]):
            self.add(f"case {' | '.join(map(str, group))}:")
            self.block(self.draw(st.integers(1, 2)))
        if self.draw(st.booleans()):
            self.add("case _:")
            self.block(self.draw(st.integers(1, 2)))
        self.depth -= 1


def folded(name: str, kind: str) -> str:
    """A `U64` made of a value."""
    if kind in TWINS.values():
        name, kind = f"{name}.to_unsigned()", f"U{kind[1:]}"
    if kind in OPAQUE:
        name, kind = f"U256({name})", "U256"
    if kind == "bool" or bits(kind) <= 64:
        return f"U64({name})"
    return f"U64.truncate({name} ^ ({name} >> {bits(kind) // 2 + 3}))"


CLASS: Final = '''class Box_N_:
    """Fields and a method that changes them."""

{fields}

    def __init__(self) -> None:
{zeros}

    def step(self, x: U64) -> U64:
        self.{counter} = self.{counter}.wrapping_add(1)
        return x ^ U64(self.{counter})

    def check_N_(self, x: U32) -> None:
        if x & 7 == 1:
            raise Even
        if x & 15 == 2:
            raise Other


@{inline}
def helper_N_(x: U256, box: Box_N_) -> U256:
    box.{counter} = box.{counter}.wrapping_mul(5).wrapping_add(7)
    if x & 15 == 3:
        raise Odd
    return x.wrapping_sub(U256(box.{counter}))
'''


@st.composite
def programs(draw: st.DrawFn) -> Sample:
    """A function of statements that folds all its variables into one number."""
    kinds = draw(st.lists(st.sampled_from(KINDS), min_size=1, max_size=3))
    names = {f"p{number}": one for number, one in enumerate(kinds)}
    fields = {
        f"f{number}": one
        for number, one in enumerate(
            draw(st.lists(st.sampled_from(KINDS), min_size=1, max_size=3))
        )
    }
    fields["count"] = "U32"
    program = Program(draw, names, fields)
    program.add("box = Box_N_()")
    program.add("total_N_ = U64(1)")
    program.add("i = U32(2)")
    program.names["i"] = "U32"
    for _ in range(draw(st.integers(3, 8))):
        program.statement(simple=False)
    for name, kind in program.names.items():
        program.add(FOLD.format(folded(name, kind)))
    for name, kind in fields.items():
        program.add(FOLD.format(folded(f"box.{name}", kind)))
    program.add("return total_N_")
    zero = {kind: "False" if kind == "bool" else f"{kind}(0)" for kind in KINDS}
    head = CLASS.format(
        fields="\n".join(f"    {name}: {kind}" for name, kind in fields.items()),
        zeros="\n".join(f"        self.{n} = {zero[k]}" for n, k in fields.items()),
        counter="count",
        inline=draw(st.sampled_from(("inline", "noinline"))),
    )
    parameters = ", ".join(f"{name}: {kind}" for name, kind in names.items())
    arguments = draw(
        st.lists(st.tuples(*(values(one) for one in kinds)), min_size=6, max_size=6)
    )
    body = "\n".join(program.lines)
    text = f"{head}\n\ndef f_N_({parameters}) -> U64:\n{body}\n"
    return Sample(text, tuple(arguments))
