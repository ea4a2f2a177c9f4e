"""Changed builds of single functions, of a small program."""

import ctypes
from collections.abc import Iterator

import pytest

from fuzz.mutants.changes import Elsewhere
from fuzz.mutants.equivalence import SAME_CODE, rule_of
from fuzz.mutants.operators import Text, edits
from fuzz.mutants.sites import Area, Site, draw, sites_of
from fuzz.mutants.watching import WATCHED
from fuzz.mutants.workshop import Workshop
from zkos.compiler.errors import CompileError
from zkos.compiler.frontend import DIVISION
from zkos.lang.linkage import Patch, source_path

QUOTIENT = f"{DIVISION}:divide_u64"


@pytest.fixture(scope="module")
def shop() -> Workshop:
    return Workshop((DIVISION,), (QUOTIENT,))


def patch(old: str, new: str) -> Patch:
    return Patch(DIVISION, old, new)


def test_changed_function_takes_the_place_of_the_plain_one(shop: Workshop) -> None:
    built = shop.build([patch("    if x < y:\n", "    if x <= y:\n")])
    assert shop.plain.call(QUOTIENT, 7, 7) == 1
    assert built.library.call(QUOTIENT, 7, 7) == 0
    assert built.library.call(QUOTIENT, 15, 7) == 2


def test_traps_of_unchanged_functions_are_named_in_a_fresh_workshop() -> None:
    fresh = Workshop((DIVISION,), (QUOTIENT,))
    names = {reason for *_, reason in fresh.module.sites}
    sites = Workshop((DIVISION,), (QUOTIENT,)).build(
        [patch("    if x < y:\n", "    if x <= y:\n")]
    )
    assert names
    assert names <= {reason for *_, reason in sites.library.module.sites}


def test_inlined_function_is_changed_for_its_callers(shop: Workshop) -> None:
    built = shop.build([patch("        q = q.wrapping_sub(1)\n", "        pass\n")])
    x, y = (1 << 64) - 1, (1 << 33) - 1
    assert shop.plain.call(QUOTIENT, x, y) == x // y
    assert built.symbols == (f'@"{DIVISION}:digit"',)


def test_change_outside_of_functions_is_built_whole(shop: Workshop) -> None:
    text = 'for targets without it: 32-bit division steps."""\n'
    more = "from zkos.lang.ints import U32, U64\n"
    with pytest.raises(Elsewhere):
        shop.functions_changed([patch(more, f"from typing import Final\n\n{more}")])
    assert shop.functions_changed([patch(text, text.replace("32", "16"))]) == {}


def test_what_the_language_refuses_is_refused(shop: Workshop) -> None:
    with pytest.raises(CompileError, match="not defined"):
        shop.build([patch("    half = x >> 1\n", "    pass\n")])


def test_functions_tell_that_they_were_entered(shop: Workshop) -> None:
    plain = shop.plain
    shop.entered(plain)
    plain.call(QUOTIENT, 1, 2)
    short = shop.entered(plain)
    plain.call(QUOTIENT, 1 << 60, 1 << 40)
    long = shop.entered(plain)
    changed = shop.functions_changed([patch("    half = x >> 1", "    half = x >> 2")])
    mask = shop.mask(changed)
    assert short & mask == 0
    assert long & mask != 0


def test_watched_lines_tell_that_they_were_reached(shop: Workshop) -> None:
    function = next(i.function for i in shop.instances if i.name == QUOTIENT)
    path = source_path(DIVISION)
    assert path is not None
    lines = path.read_text().splitlines()
    line = 1 + next(n for n, text in enumerate(lines) if "long_quotient(x, y))" in text)
    library = shop.library(shop.watch(function, range(line, line + 1)), (WATCHED,))
    assert reached(library.address(WATCHED), library.call(QUOTIENT, 9, 3)) == 0
    assert reached(library.address(WATCHED), library.call(QUOTIENT, 1, 1 << 40)) == 0
    library.call(QUOTIENT, 1 << 50, 1 << 40)
    assert reached(library.address(WATCHED), None) == 1


def reached(address: int, _: object) -> int:
    return ctypes.c_uint8.from_address(address).value


def sites(shop: Workshop) -> Iterator[Site]:
    functions = {item.function.name for item in shop.instances}
    return sites_of(Area.DIVISION, (DIVISION,), functions)


def test_change_without_effect_is_the_same_code(shop: Workshop) -> None:
    path = source_path(DIVISION)
    assert path is not None
    text = Text(DIVISION, path.read_text())
    some = next(edits(text))
    start = text.text.index("q1.wrapping_mul(d)")
    same = Site(
        Area.DIVISION,
        text,
        type(some)(
            "operands",
            start,
            start + len("q1.wrapping_mul(d)"),
            "d.wrapping_mul(q1)",
            *(some.line, some.last_line, "step"),
        ),
    )
    assert rule_of(shop, same) == SAME_CODE
    assert rule_of(shop, next(sites(shop))) == ""


def test_sample_is_the_same_for_a_seed(shop: Workshop) -> None:
    known = list(sites(shop))
    one, two, other = draw(known, 1, 20), draw(known, 1, 20), draw(known, 2, 20)
    assert one == two
    assert one != other
    assert len({(site.edit.start, site.edit.new) for site in one}) == 20
    assert len({site.edit.operator for site in one}) > 3
