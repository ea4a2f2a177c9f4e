"""Trees the checker never makes are refused, so a fault of it shows where it is."""

import pytest

from zkos.compiler.emit import X86
from zkos.compiler.frontend import check_program
from zkos.compiler.tree import (
    Call,
    Const,
    Field,
    If,
    Item,
    Leave,
    Local,
    Op,
    Raise,
    Return,
    Set,
    Switch,
    walk_parts,
    walk_statements,
)
from zkos.compiler.tree import operands as operands_of
from zkos.compiler.types import BOOL, U8, U32, U64, Int, Literal, Ref
from zkos.compiler.verify import verify
from zkos.compiler.verify_values import BrokenTree

SOURCE = '''"""Something of everything."""

from zkos.lang.control import urange
from zkos.lang.ints import U32
from zkos.lang.memory import Array


class Odd(Exception):
    """Odd."""


class Pair:
    x: U32
    items: Array[U32]

    def __init__(self, x: U32) -> None:
        self.x = x
        self.items = Array(U32, 4)


def half(x: U32) -> U32:
    if x & 1 == 1:
        raise Odd
    return x >> 1


def run(a: U32, b: U32) -> U32:
    pair = Pair(a)
    for i in urange(b):
        match i & 3:
            case 1:
                pair.items[i & 3] = pair.x
            case _:
                break
    try:
        pair.x = half(b)
    except Odd:
        return a
    return pair.items[1] + (pair.x if a > b else b)
'''


@pytest.fixture
def functions(tmp_path, monkeypatch):
    """The checked functions of the program by name."""
    (tmp_path / "guest_tree.py").write_text(SOURCE)
    monkeypatch.syspath_prepend(tmp_path)
    made = check_program(["guest_tree"], ["guest_tree:run"], X86)
    verify(made.instances)
    return {
        instance.name.removeprefix("guest_tree:"): instance
        for instance in made.instances
    }


def statement(instance, kind):
    return next(made for made in walk_statements(instance.body) if type(made) is kind)


def expression(instance, kind, test=lambda _: True):
    return next(
        part
        for made in walk_statements(instance.body)
        for value in operands_of(made)
        for part in walk_parts(value)
        if type(part) is kind and test(part)
    )


def guard_with(run, made):
    """Begin with a statement that stands in an `if`."""
    run.body.insert(0, If(made.where, Const(BOOL, made.where, 1), [made], []))


def other_target(run):
    made = statement(run, Set)
    made.target = made.value


def wrong_value(run):
    run.locals["b"] = U64


def wrong_local(run):
    expression(run, Local).name = "nobody"


def wrong_field(run):
    expression(run, Field).name = "y"


def wrong_item(run):
    expression(run, Item).kind = U64


def wrong_index(run):
    expression(run, Item).index.kind = U8


def too_many_arguments(run):
    call = expression(run, Call)
    call.arguments.append(call.arguments[0])


def unknown_call(run):
    run.calls.clear()


def lost_raise(run):
    run.raises = False
    next(c for c in run.calls if c.name.endswith("half")).raises = True


def wrong_constant(run):
    expression(run, Const, lambda made: made.kind == U32).value = 1 << 32


def literal_operand(run):
    made = expression(run, Op, lambda made: made.name == "add")
    made.arguments[1] = Const(Literal(7), made.where, 7)


def unknown_operation(run):
    expression(run, Op, lambda made: made.name == "and").name = "nand"


def wrong_condition(run):
    made = expression(run, Op, lambda made: made.name == "gt")
    made.kind = U32


def twice(run):
    made = statement(run, Switch)
    made.cases.append(made.cases[0])


def no_loop(run):
    guard_with(run, Leave(run.body[0].where, again=False))


def no_handler(run):
    run.raises = True
    guard_with(run, Raise(run.body[0].where, None))


def wrong_result(run):
    statement(run, Return).value = None


def no_end(run):
    run.body.pop()


def after_the_end(run):
    run.body.append(run.body[-1])


BREAKS = [
    (other_target, "a place is assigned"),
    (wrong_value, "parameter b is a local"),
    (wrong_local, "nobody is U32"),
    (wrong_field, "field y is"),
    (wrong_item, "an item of Array[U32] is U64"),
    (wrong_index, "U32, U32 as U8, U8"),
    (too_many_arguments, "U32, U32 as U32"),
    (unknown_call, "the call of"),
    (lost_raise, "who calls what raises may raise"),
    (wrong_constant, "4294967296 is U32"),
    (literal_operand, "the literal 7 is no operand"),
    (unknown_operation, "there is an operation nand"),
    (wrong_condition, "a comparison is a bool"),
    (twice, "each case once"),
    (no_loop, "a loop to leave"),
    (no_handler, "something to repeat"),
    (wrong_result, "None is returned as U32"),
    (no_end, "every way returns a value"),
    (after_the_end, "nothing stands after an end"),
]


@pytest.mark.parametrize(
    ("change", "rule"), BREAKS, ids=[change.__name__ for change, _ in BREAKS]
)
def test_broken_trees_are_refused(functions, change, rule):
    change(functions["run"])

    with pytest.raises(BrokenTree) as caught:
        verify(functions.values())

    text = str(caught.value)
    assert rule in text
    assert "guest_tree.py:" in text
    assert "\n" not in text


def test_the_tree_of_a_program_is_typed(functions):
    run = functions["run"]
    made = expression(run, Field)
    assert isinstance(made.object.kind, Ref)
    assert isinstance(made.kind, Int)
