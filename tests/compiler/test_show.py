"""What a function becomes, as text to read."""

import pytest

from zkos.compiler.emit import X86
from zkos.compiler.frontend import check_program
from zkos.compiler.module import lower
from zkos.compiler.show import NoFunction, find_function, llvm_text, tree_text
from zkos.compiler.variant import PLAIN

SOURCE = '''"""Something of everything."""

from enum import Enum

from zkos.lang.control import urange
from zkos.lang.ints import U32
from zkos.lang.memory import Array


class Kind(Enum):
    EVEN = 0
    ODD = 1


class Odd(Exception):
    """Odd."""


class Pair:
    x: U32

    def __init__(self, x: U32) -> None:
        self.x = x


def half(x: U32) -> U32:
    if x & 1 == 1:
        raise Odd
    return x >> 1


def run(a: U32, b: U32) -> Kind:
    pair = Pair(a)
    for i in urange(b):
        match i & 3:
            case 1 | 2:
                pair.x = pair.x ^ 0xFF
            case _:
                break
    try:
        pair.x = half(b)
    except Odd:
        return Kind.ODD
    assert a != 5, "not five"
    return Kind.EVEN if a > 7 and b > 7 else Kind.ODD
'''
TREE = """\
guest_shown:run(a: U32, b: U32) -> guest_shown:Kind raises
    local pair: Pair
    local i: U32
    pair = new Pair(a)  # Pair
    for i in U32(0) .. b:
        switch and(i, U32(3))  # U32:
        case 1, 2:
            pair.x = xor(pair.x, U32(0xff))  # U32
        default:
            break
    try:
        pair.x = guest_shown:half(b)  # U32
    except Odd:
        return ODD  # guest_shown:Kind
    if ne(a, U32(5)):
    else:
        trap 'not five'
    return (EVEN if (gt(a, U32(7)) and gt(b, U32(7))) else ODD)  # guest_shown:Kind"""


@pytest.fixture
def program(tmp_path, monkeypatch):
    (tmp_path / "guest_shown.py").write_text(SOURCE)
    monkeypatch.syspath_prepend(tmp_path)
    return check_program(["guest_shown"], ["guest_shown:run"], X86)


def test_trees_read_like_their_source(program):
    assert tree_text(find_function(program, "run")) == TREE


def test_llvm_text_is_the_function_alone(program):
    found = find_function(program, "guest_shown:half")

    lines = llvm_text(lower(program, X86, PLAIN), found.name).splitlines()

    assert lines[0].startswith('define internal fastcc i32 @"guest_shown:half"(')
    assert lines[-1] == "}"
    assert sum(line.startswith("define") for line in lines) == 1


def test_functions_are_found_by_the_end_of_their_name(program):
    for name in ("half", "guest_shown:half"):
        assert find_function(program, name).name == "guest_shown:half"
    assert find_function(program, "Pair.__init__").owner is not None
    for name in ("alf", "", "halves"):
        with pytest.raises(NoFunction, match=r"is compiled|functions are called"):
            find_function(program, name)
