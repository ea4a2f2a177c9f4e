"""Lowers control flow: branches, loops, cases, errors and their handlers."""

from zkos.compiler.emit import (
    ModuleText,
    scalar,
)
from zkos.compiler.program import Error
from zkos.compiler.tree import (
    Count,
    If,
    Instance,
    Stmt,
    Switch,
    Try,
    While,
)
from zkos.compiler.values import ValueText


class FlowText(ValueText):
    """Adds control flow to the text of a function."""

    def __init__(self, module: ModuleText, instance: Instance) -> None:
        super().__init__(module, instance)
        self.handlers: list[str] = []
        self.held: list[str] = []
        self.loops: list[tuple[str, str]] = []
        self.error_slot = ""

    def block(self, body: list[Stmt]) -> None:
        """Lower statements in order."""
        raise NotImplementedError

    def _if(self, made: If) -> None:
        yes, no, end = self.fresh("l"), self.fresh("l"), self.fresh("l")
        condition = self.value(made.condition)
        self.release()
        self.fork(condition, yes, no if made.orelse else end)
        self.label(yes)
        self.block(made.body)
        reached = not self.ended
        if reached:
            self.branch(end)
        if made.orelse:
            self.label(no)
            self.block(made.orelse)
            reached = reached or not self.ended
            if not self.ended:
                self.branch(end)
        else:
            reached = True
        if reached:
            self.label(end)
        else:
            self.ended = True

    def _while(self, made: While) -> None:
        head, body, end = self.fresh("l"), self.fresh("l"), self.fresh("l")
        self.branch(head)
        self.label(head)
        condition = self.value(made.condition)
        self.release()
        if condition == "true":
            self.branch(body)
        else:
            self.fork(condition, body, end)
        self._loop(made.body, body, head, end)

    def _loop(self, statements: list[Stmt], body: str, again: str, end: str) -> None:
        self.label(body)
        self.loops.append((again, end))
        self.block(statements)
        self.loops.pop()
        if not self.ended:
            self.branch(again)
        self.label(end)

    def _count(self, made: Count) -> None:
        head, body = self.fresh("l"), self.fresh("l")
        step, end = self.fresh("l"), self.fresh("l")
        kind = made.name.kind
        text = scalar(kind)
        start, stop = self.value(made.start), self.value(made.stop)
        counter = self.slot(self.layout.size(kind), self.layout.align(kind))
        self.store(kind, start, counter)
        self.release()
        self.branch(head)
        self.label(head)
        now = self.load(kind, counter)
        more = self.let(f"icmp ult {text} {now}, {stop}")
        self.fork(more, body, end)
        self.label(body)
        self.store(kind, now, self.slot_of[made.name.name].pointer)
        self.loops.append((step, end))
        self.block(made.body)
        self.loops.pop()
        if not self.ended:
            self.branch(step)
        self.label(step)
        last = self.load(kind, counter)
        self.store(kind, self.let(f"add nuw {text} {last}, 1"), counter)
        self.branch(head)
        self.label(end)

    def _switch(self, made: Switch) -> None:
        kind = made.subject.kind
        subject = self.value(made.subject)
        self.release()
        text = scalar(kind)
        end, default = self.fresh("l"), self.fresh("c")
        labels = [self.fresh("c") for _ in made.cases]
        cases = " ".join(
            f"{text} {number}, label %{label}"
            for (numbers, _), label in zip(made.cases, labels, strict=True)
            for number in numbers
        )
        self.emit(f"switch {text} {subject}, label %{default} [{cases}]")
        self.ended = True
        reached = False
        parts = [
            (label, body) for label, (_, body) in zip(labels, made.cases, strict=True)
        ]
        for label, body in [*parts, (default, made.default)]:
            self.label(label)
            self.block(body)
            if not self.ended:
                reached = True
                self.branch(end)
        if reached:
            self.label(end)
        self.ended = not reached

    def _raise(self, error: Error | None) -> None:
        self.throw(str(error.first) if error else self.held[-1])

    def throw(self, status: str) -> None:
        """Go to the innermost handler with an error number."""
        if not self.handlers:
            self.emit(f"ret i32 {status}")
            self.ended = True
            return
        self.emit(f"store i32 {status}, ptr {self.error_slot}")
        self.branch(self.handlers[-1])

    def _try(self, made: Try) -> None:
        handler, end = self.fresh("h"), self.fresh("l")
        self.handlers.append(handler)
        self.block(made.body)
        self.handlers.pop()
        reached = not self.ended
        if reached:
            self.branch(end)
        self.label(handler)
        code = self.let(f"load i32, ptr {self.error_slot}")
        self.held.append(code)
        for errors, body in made.handlers:
            match, other = self.fresh("h"), self.fresh("h")
            self.fork(self._any(code, errors), match, other)
            self.label(match)
            self.block(body)
            if not self.ended:
                reached = True
                self.branch(end)
            self.label(other)
        self.held.pop()
        self._pass_on(code)
        if reached:
            self.label(end)

    def _any(self, code: str, errors: list[Error]) -> str:
        """An `i1`: the error number belongs to one of the classes."""
        result = "false"
        for error in errors:
            relative = self.let(f"sub i32 {code}, {error.first}")
            inside = self.let(f"icmp ule i32 {relative}, {error.last - error.first}")
            result = (
                inside if result == "false" else self.let(f"or i1 {result}, {inside}")
            )
        return result

    def _pass_on(self, code: str) -> None:
        """An error that no handler here is for."""
        if self.handlers or self.instance.raises:
            self.throw(code)
        else:
            self.emit("unreachable")
            self.ended = True
