"""Builds that optimise little: other code for the host, the same results."""

from dataclasses import replace

import pytest

from zkos.compiler.build import HURRY, Artefact, build
from zkos.compiler.emit import RV32, X86
from zkos.compiler.native import GuestTrap, NativeLibrary
from zkos.compiler.variant import PLAIN, Variant

SOURCE = '''"""Weighs a number."""

from zkos.lang.control import inline, urange
from zkos.lang.ints import U32, U256
from zkos.lang.intrinsics import oracle_read, oracle_write


@inline
def step(total: U256, number: U256) -> U256:
    return total.wrapping_mul(number) ^ (total // number)


def weigh(count: U32, number: U256) -> U256:
    total = U256(1)
    for i in urange(count):
        assert number > U256(i), "too light"
        total = step(total, number)
    return total


def main() -> None:
    oracle_write(weigh(oracle_read(), U256(oracle_read())).word(0))
'''
WEIGH = "guest_weigh:weigh"
HURRIED = Variant(hurried=True)


@pytest.fixture
def made(tmp_path, monkeypatch):
    (tmp_path / "guest_weigh.py").write_text(SOURCE)
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setenv("ZKOS_CACHE", str(tmp_path / "cache"))

    def make(target, variant) -> Artefact:
        main = "guest_weigh:main" if target is RV32 else ""
        exports = [] if target is RV32 else [WEIGH]
        return build(["guest_weigh"], exports, target, main, variant=variant)

    return make


@pytest.mark.native
def test_results_and_traps_are_the_same(made):
    artefacts = [made(X86, variant) for variant in (PLAIN, HURRIED)]
    plain, hurried = map(NativeLibrary, artefacts)

    assert artefacts[0].code != artefacts[1].code
    for number in (3, 2**128 + 1, 2**256 - 1):
        for count in (0, 1, 3):
            expected = plain.call(WEIGH, count, number)
            assert hurried.call(WEIGH, count, number) == expected
    for library in (plain, hurried):
        with pytest.raises(GuestTrap, match=r"guest_weigh.py:\d+: too light"):
            library.call(WEIGH, 5, 3)


@pytest.mark.riscv
def test_an_image_is_never_hurried(made):
    assert made(RV32, HURRIED).code == made(RV32, PLAIN).code


@pytest.mark.native
def test_whoever_hurries_still_has_plain_builds_in_full(made, monkeypatch):
    monkeypatch.setenv(HURRY, "0")
    covered = Variant(coverage=True)
    plain, full = made(X86, PLAIN).code, made(X86, covered).code
    monkeypatch.setenv(HURRY, "1")

    assert made(X86, PLAIN).code == plain
    assert made(X86, covered).code == made(X86, replace(covered, hurried=True)).code
    assert made(X86, covered).code != full
