"""Lowers one checked function to LLVM text."""

from zkos.compiler.emit import (
    Place,
    located,
    out_pointer,
    return_type,
    scalar,
)
from zkos.compiler.flow import FlowText
from zkos.compiler.tree import (
    Const,
    Count,
    Do,
    Expr,
    Fail,
    Field,
    If,
    Item,
    Leave,
    Local,
    Op,
    Raise,
    Return,
    Set,
    Stmt,
    Switch,
    Try,
    Unpack,
    While,
    may_write,
    walk_statements,
)
from zkos.compiler.types import NONE, Int, TupleOf, Type, in_memory
from zkos.compiler.wide_values import FLAGGED, from_registers, local_names

_IN_PLACE = {"add", "sub", "mul", "wrapping_add", "wrapping_sub", "wrapping_mul"}


class FunctionLowering(FlowText):
    """The text of one function."""

    def run(self) -> str:
        """The whole definition."""
        instance = self.instance
        parameters = self._parameters()
        if any(isinstance(made, Try) for made in walk_statements(instance.body)):
            self.error_slot = self.slot(4, 4)
        if self.keeps_lines:
            self.count()
            self.reaches(instance.function.where)
        self.block(instance.body)
        if not self.ended:
            if instance.result == NONE:
                self._leave()
            else:
                self.emit("unreachable")
        attributes = "#0"
        if instance.function.has("inline"):
            attributes = "#1"
        elif instance.function.has("noinline"):
            attributes = "#2"
        subprogram = f" !dbg {self.subprogram}" if self.subprogram else ""
        head = (
            f"define internal fastcc {return_type(instance)} "
            f'@"{instance.name}"({", ".join(parameters)}) {attributes}{subprogram} {{'
        )
        return "\n".join([head, "entry:", *self.slots, *self.lines, "}"])

    def _parameters(self) -> list[str]:
        instance = self.instance
        texts = []
        if out_pointer(instance):
            texts.append("ptr noalias %out")
        for name, kind in instance.parameters:
            if in_memory(kind):
                texts.append(f"ptr %p.{name}")
                given = Place(f"%p.{name}", "param")
                if name in instance.assigned_parameters:
                    own = self._variable(kind)
                    self.copy(kind, own, given)
                    given = own
                self.slot_of[name] = given
            else:
                texts.append(f"{scalar(kind)} %p.{name}")
                self.slot_of[name] = self._variable(kind)
                self.store(kind, f"%p.{name}", self.slot_of[name].pointer)
        made_in_place = self._result_local()
        for name, kind in instance.locals.items():
            if name == made_in_place:
                self.slot_of[name] = Place("%out", "own")
            elif name not in self.slot_of:
                self.slot_of[name] = self._variable(kind)
        return texts

    def _result_local(self) -> str | None:
        """The local that may lie where the caller wants the result.

        It is returned, and nothing else that is returned reads it.
        """
        if not in_memory(self.instance.result):
            return None
        values = [
            made.value
            for made in walk_statements(self.instance.body)
            if isinstance(made, Return) and made.value is not None
        ]
        parameters = dict(self.instance.parameters)
        for value in values:
            if isinstance(value, Local) and value.name not in parameters:
                name = value.name
                if all(
                    name not in local_names(other)
                    or (isinstance(other, Local) and other.name == name)
                    for other in values
                ):
                    return name
        return None

    def _variable(self, kind: Type) -> Place:
        size, align = self.layout.size(kind), self.layout.align(kind)
        return Place(self.slot(size, align), "own")

    def block(self, body: list[Stmt]) -> None:
        """Lower statements in order."""
        for statement in body:
            self.statement(statement)
            self.release()
            if self.ended:
                break

    @located
    def statement(self, made: Stmt) -> None:
        """Lower one statement."""
        match made:
            case Set(target=target, value=value):
                self._set(target, value)
            case Unpack():
                self._unpack(made)
            case Do(value=value):
                self._do(value)
            case If():
                self._if(made)
            case While():
                self._while(made)
            case Count():
                self._count(made)
            case Switch():
                self._switch(made)
            case Return(value=value):
                self._return(value)
            case Raise(error=error):
                self._raise(error)
            case Try():
                self._try(made)
            case Leave(again=again):
                self.branch(self.loops[-1][0 if again else 1])
            case Fail(where=where, reason=reason):
                self.fail(where, reason)

    def _set(self, target: Expr, value: Expr) -> None:
        kind = target.kind
        if not in_memory(kind):
            made = self.value(value)
            if isinstance(target, Local):
                self.store(kind, made, self.slot_of[target.name].pointer)
            else:
                self.store(kind, made, self.reference(target))
            return
        if isinstance(target, Local):
            self._set_local(target, value)
            return
        if isinstance(value, Op) and from_registers(value):
            number = self.assembled(value)
            assert isinstance(kind, Int)
            self.put(kind, number, Place(self.reference(target), "heap"))
            return
        if self._direct(value):
            # Nothing evaluated below can see the half-written target.
            self.into(value, Place(self.reference(target), "heap"))
            return
        place = self.steady(value, target)
        address = self.reference(target)
        self.copy(kind, Place(address, "heap"), place)

    def _direct(self, value: Expr) -> bool:
        """An operation that may be computed where it is stored."""
        return (
            isinstance(value, Op)
            and value.name in _IN_PLACE
            and isinstance(value.kind, Int)
            and isinstance(value.arguments[1], Local | Const)
            and isinstance(value.arguments[0], Local | Const)
        )

    def _set_local(self, target: Local, value: Expr) -> None:
        place = self.slot_of[target.name]
        kind = target.kind
        if self.handlers:
            # A handler must find the old value if the new one is never finished.
            self.copy(kind, place, self.place(value))
        elif target.name not in local_names(value) or self._accumulates(target, value):
            self.into(value, place)
        else:
            temporary = self.place(value)
            self.copy(kind, place, temporary)

    def _accumulates(self, target: Local, value: Expr) -> bool:
        """`x = x op y` where y does not read x."""
        if not isinstance(value, Op) or value.name not in _IN_PLACE:
            return False
        left, right = value.arguments
        return (
            isinstance(left, Local)
            and left.name == target.name
            and target.name not in local_names(right)
        )

    def reference(self, target: Expr) -> str:
        """Address of an assignable expression."""
        match target:
            case Field():
                return self.field(target)
            case Item():
                return self.item(target)
            case Local(name=name):
                return self.slot_of[name].pointer
        raise AssertionError("not assignable")

    def _unpack(self, made: Unpack) -> None:
        value = made.value
        kind = value.kind
        assert isinstance(kind, TupleOf)
        if isinstance(value, Op) and value.name in FLAGGED:
            first = kind.items[0]
            assert isinstance(first, Int)
            if not first.wide:
                result, flag = self.flagged_scalar(value, first)
                self._store_part(made.targets[0], first, result)
                self._store_part(made.targets[1], kind.items[1], flag)
                return
            target = made.targets[0]
            # A handler must find the old value if the new one is never finished.
            whole = not self.handlers or not any(map(may_write, value.arguments))
            if (
                whole
                and isinstance(target, Local)
                and (
                    target.name not in local_names(value)
                    or (
                        isinstance(value.arguments[0], Local)
                        and value.arguments[0].name == target.name
                        and not any(
                            target.name in local_names(x) for x in value.arguments[1:]
                        )
                    )
                )
            ):
                flag = self.flagged(value, first, self.slot_of[target.name])
                self._store_part(made.targets[1], kind.items[1], flag)
                return
        place = self.place(value)
        offsets = self.tuple_offsets(kind)
        for target, part, offset in zip(made.targets, kind.items, offsets, strict=True):
            source = self.offset(place.pointer, offset)
            if in_memory(part):
                origin = "own" if isinstance(target, Local) else "heap"
                address = Place(self.reference(target), origin)
                self.copy(part, address, Place(source, "own"))
            else:
                self._store_part(target, part, self.load(part, source))

    def _store_part(self, target: Expr, kind: Type, value: str) -> None:
        self.store(kind, value, self.reference(target))

    def _do(self, value: Expr) -> None:
        if in_memory(value.kind):
            self.place(value)
        else:
            self.value(value)

    def _return(self, value: Expr | None) -> None:
        if value is not None:
            kind = self.instance.result
            if in_memory(kind):
                # %out is fresh memory of the caller; only the local that lies there,
                # if any, is read from it.
                if not (
                    isinstance(value, Local)
                    and self.slot_of[value.name].pointer == "%out"
                ):
                    self.into(value, Place("%out", "own"))
            elif self.instance.raises:
                self.store(kind, self.value(value), "%out")
            else:
                made = self.value(value)
                self.emit(f"ret {scalar(kind)} {made}")
                self.ended = True
                return
        self._leave()

    def _leave(self) -> None:
        """Return without an error, the result being in place."""
        self.emit("ret i32 0" if self.instance.raises else "ret void")
        self.ended = True
