"""Modules behind seams, changed constants and patches, for CPython and the compiler."""

import sys

import pytest

from zkos.compiler.errors import CompileError
from zkos.compiler.image import build_program
from zkos.compiler.native import build_native
from zkos.compiler.variant import Variant
from zkos.lang.ints import U32
from zkos.lang.linkage import Linkage, LinkError, ModuleTable, Patch, interface
from zkos.machine.machine import Machine

NUMBERS = '''"""Numbers."""

from typing import Final

from zkos.lang.ints import U32

STEP: Final = 20
ADD: Final = U32(STEP + 140)
TABLE: Final = ((ADD, U32(1)), (U32(STEP), U32(2)))
'''
STUB = '''"""What is done with a number. A seam."""

from zkos.lang.ints import U32

def work(x: U32) -> U32:
    """Another number."""
'''
SEAM = '''"""Seam: what is done with a number."""

from guest_plus import work

__all__ = ["work"]
'''
PLUS = '''"""Adds the price."""

from guest_numbers import ADD, TABLE
from zkos.lang.ints import U32


class Odd(Exception):
    """The number is odd."""


def work(x: U32) -> U32:
    if x & 1 == 1:
        raise Odd
    return x + ADD + TABLE[x & 1][0]
'''
MAIN = '''"""Works on a word until it is done."""

from guest_work import work
from zkos.lang.control import urange
from zkos.lang.intrinsics import finish, oracle_read
from zkos.lang.ints import U32, U256, Bytes32


def run(x: U32) -> U32:
    return work(x)


def main() -> None:
    x = oracle_read()
    for _ in urange(U32(10)):
        x = work(x)
    finish(Bytes32(U256(x)))
'''
MODULES = {
    "guest_numbers.py": NUMBERS,
    "guest_work.pyi": STUB,
    "guest_work.py": SEAM,
    "guest_plus.py": PLUS,
    "guest_other.py": PLUS,
    "guest_times.py": PLUS.replace("x + ADD +", "x * ADD +"),
    "guest_main.py": MAIN,
}
ROOTS = [name.removesuffix(".py") for name in MODULES if name.endswith(".py")]
RUN = "guest_main:run"
STEP_21 = (("guest_numbers:STEP", 21),)


def bound(module: str) -> tuple[tuple[str, str], ...]:
    return (("guest_work", module),)


@pytest.fixture(autouse=True)
def guest(tmp_path, monkeypatch):
    for name, text in MODULES.items():
        (tmp_path / name).write_text(text)
    for name in ROOTS:
        sys.modules.pop(name, None)
    monkeypatch.syspath_prepend(tmp_path)


VARIANTS = [
    (Variant(), 100 + 160 + 160),
    (Variant(overrides=STEP_21), 100 + 161 + 161),
    (Variant(bindings=bound("guest_times")), 100 * 160 + 160),
    (Variant(bindings=bound("guest_times"), overrides=STEP_21), 100 * 161 + 161),
    (
        Variant(patches=(Patch("guest_numbers", "Final = 20", "Final = 22"),)),
        100 + 162 + 162,
    ),
]


@pytest.mark.parametrize(("variant", "expected"), VARIANTS)
def test_cpython_and_the_compiler_link_alike(variant, expected):
    """Constants made of a changed one follow it, in either."""
    assert ModuleTable(variant).load("guest_main").run(U32(100)) == expected
    assert build_native(ROOTS, [RUN], variant=variant).call(RUN, 100) == expected


def test_builds_live_side_by_side():
    one, other = (
        ModuleTable(Linkage(bindings=bound(name)))
        for name in ("guest_times", "guest_other")
    )
    first, second = one.load("guest_main"), other.load("guest_main")
    number = first.U32(4)

    assert [first.run(number), second.run(number)] * 2 == [800, 324] * 2
    assert first.U32 is second.U32, "the language is one"
    assert one.load("guest_times").Odd is not other.load("guest_times").Odd
    assert one.load("guest_main") is first


def test_a_copy_under_another_name_gives_the_same_image():
    plain, copied = (
        build_program(ROOTS, "guest_main:main", variant=Variant(bindings=bindings))
        for bindings in ((), bound("guest_other"))
    )

    assert plain.image() == copied.image()
    assert run(plain.image()) == run(copied.image())


def run(image: bytes) -> tuple[int, bytes | None]:
    """Cycles and output for one input."""
    done = Machine("native").run(image, Numbers(), 10_000)
    return done.cycles, done.public_input


class Numbers:
    def exchange(self, written: bytes) -> bytes:
        return (6).to_bytes(4, "little")


def test_only_seams_are_bound():
    assert interface("guest_work") is not None
    assert interface("guest_plus") is None
    with pytest.raises(LinkError, match="guest_plus is no seam"):
        ModuleTable(Linkage(bindings=(("guest_plus", "guest_other"),)))
    with pytest.raises(LinkError, match="no module named guest_nothing"):
        ModuleTable(Linkage(bindings=bound("guest_nothing"))).source("guest_work")


@pytest.mark.parametrize(
    ("linkage", "complaint"),
    [
        (Variant(overrides=(("guest_numbers:HOP", 1),)), "has no constant HOP"),
        (
            Variant(patches=(Patch("guest_numbers", "U32", "U64"),)),
            "guest_numbers: 5 places match 'U32'",
        ),
        (Variant(bindings=bound("guest_nothing")), "no module named guest_nothing"),
    ],
)
def test_what_does_not_fit_is_told(linkage, complaint):
    with pytest.raises((LinkError, ImportError), match=complaint):
        ModuleTable(linkage).load("guest_main")
    with pytest.raises(CompileError, match=complaint):
        build_native(ROOTS, [RUN], variant=linkage)


def test_a_failed_module_is_tried_again(tmp_path):
    table = ModuleTable(Linkage(overrides=STEP_21))
    path = tmp_path / "guest_numbers.py"
    path.write_text(NUMBERS.replace("U32(STEP + 140)", "U32(STEP - 140)"))
    for _ in range(2):
        with pytest.raises(BaseException, match="U32: value out of range"):
            table.load("guest_main")
    path.write_text(NUMBERS)
    assert table.load("guest_numbers").ADD == 161
