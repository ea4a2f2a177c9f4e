"""What the compiler makes of one function, to read: its typed tree or its LLVM text."""

from collections.abc import Iterable, Iterator
from typing import Final

from zkos.compiler.frontend import CheckedProgram
from zkos.compiler.module import LlvmModule
from zkos.compiler.tree import (
    Call,
    Choice,
    Const,
    Count,
    Do,
    Expr,
    Fail,
    Field,
    If,
    Instance,
    Item,
    Leave,
    Local,
    Logic,
    New,
    Null,
    Op,
    Pack,
    Raise,
    Return,
    Set,
    Stmt,
    Switch,
    TableItem,
    Try,
    Unpack,
    While,
)
from zkos.compiler.types import EnumOf

_INDENT: Final = "    "


class NoFunction(Exception):
    """No function, or more than one, has the name; the text is one line."""


def find_function(program: CheckedProgram, name: str) -> Instance:
    """The compiled function `module:function`; a unique end of that is enough."""
    ends = [made for made in program.instances if _ends(made.name, name)]
    whole = [made for made in ends if made.name == name]
    if len(whole or ends) != 1:
        some = ", ".join(made.name for made in ends[:3])
        many = f"{len(ends)} functions are called {name}: {some} ..."
        raise NoFunction(many if ends else f"no function {name} is compiled")
    return (whole or ends)[0]


def _ends(whole: str, name: str) -> bool:
    """Whether a full name ends with `name`, which begins at a part of it."""
    before = whole.removesuffix(name)
    return whole.endswith(name) and (not before or before[-1] in ".:")


def llvm_text(module: LlvmModule, name: str) -> str:
    """The text of a function, as it is before LLVM optimises it."""
    lines = module.text.splitlines()
    head = next(
        number
        for number, line in enumerate(lines)
        if line.startswith("define ") and f'@"{name}"(' in line
    )
    end = lines.index("}", head)
    return "\n".join(lines[head : end + 1])


def tree_text(made: Instance) -> str:
    """The typed tree of a function, much like its source."""
    parameters = ", ".join(f"{name}: {kind}" for name, kind in made.parameters)
    raises = " raises" if made.raises else ""
    locals_ = [
        f"{_INDENT}local {name}: {kind}"
        for name, kind in made.locals.items()
        if name not in dict(made.parameters)
    ]
    head = f"{made.name}({parameters}) -> {made.result}{raises}"
    return "\n".join([head, *locals_, *_block(made.body)])


def _block(body: Iterable[Stmt]) -> Iterator[str]:
    for made in body:
        for line in _statement(made):
            yield _INDENT + line


def _statement(made: Stmt) -> Iterator[str]:
    match made:
        case Set(target=target, value=value):
            yield f"{_value(target)} = {_typed(value)}"
        case Unpack(targets=targets, value=value):
            yield f"{_list(targets)} = {_typed(value)}"
        case Do(value=value):
            yield _value(value)
        case If(condition=condition, body=body, orelse=orelse):
            yield f"if {_value(condition)}:"
            yield from _block(body)
            if orelse:
                yield "else:"
                yield from _block(orelse)
        case While(condition=condition, body=body):
            yield f"while {_value(condition)}:"
            yield from _block(body)
        case Count(name=name, start=start, stop=stop, body=body):
            yield f"for {name.name} in {_value(start)} .. {_value(stop)}:"
            yield from _block(body)
        case Switch(subject=subject, cases=cases, default=default):
            yield f"switch {_typed(subject)}:"
            for numbers, body in cases:
                yield f"case {', '.join(map(str, numbers))}:"
                yield from _block(body)
            yield "default:"
            yield from _block(default)
        case Return(value=returned):
            yield "return" if returned is None else f"return {_typed(returned)}"
        case Raise(error=error):
            yield "raise" if error is None else f"raise {error.name}"
        case Try(body=body, handlers=handlers):
            yield "try:"
            yield from _block(body)
            for errors, handler in handlers:
                yield f"except {', '.join(error.name for error in errors)}:"
                yield from _block(handler)
        case Leave(again=again):
            yield "continue" if again else "break"
        case Fail(reason=reason):
            yield f"trap {reason!r}"


def _typed(made: Expr) -> str:
    return f"{_value(made)}  # {made.kind}"


def _list(items: Iterable[Expr]) -> str:
    return ", ".join(map(_value, items))


def _value(made: Expr) -> str:
    match made:
        case Const(kind=EnumOf(members=members), value=value):
            return next(name for name, number in members if number == value)
        case Const(kind=kind, value=value):
            return f"{kind}({value:#x})" if value > 9 else f"{kind}({value})"
        case Null():
            return "None"
        case Local(name=name):
            return name
        case Field(object=owner, name=name):
            return f"{_value(owner)}.{name}"
        case Item(array=array, index=index):
            return f"{_value(array)}[{_value(index)}]"
        case TableItem(indices=indices):
            return f"table[{_list(indices)}]"
        case Call(target=target, arguments=given):
            return f"{target.name}({_list(given)})"
        case New(ref=ref, arguments=given):
            return f"new {ref}({_list(given)})"
        case Logic(both=both, left=left, right=right):
            word = "and" if both else "or"
            return f"({_value(left)} {word} {_value(right)})"
        case Choice(condition=condition, yes=yes, no=no):
            return f"({_value(yes)} if {_value(condition)} else {_value(no)})"
        case Pack(items=items):
            return f"({_list(items)})"
        case Op(name=name, arguments=given):
            return f"{name}({_list(given)})"
    raise AssertionError(f"no text for {type(made).__name__}")
