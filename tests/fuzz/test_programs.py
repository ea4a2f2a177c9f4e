"""Programs: labels land, statements leave the stack as it was, inputs are real."""

import pytest
from py_ecc.bn128 import FQ, FQ2, G1, G2, b, b2, curve_order, is_on_curve, multiply

from fuzz.strategies import programs
from fuzz.strategies.cast import create2_address, created_address, make_cast
from fuzz.strategies.code import Code, Label
from fuzz.strategies.curves import (
    MULTIPLES,
    multiples,
    stray_twist_points,
    twist_multiples,
)
from fuzz.strategies.expressions import Program, expression
from fuzz.strategies.extensions import blake2f, p256, point_evaluation
from fuzz.strategies.source import RandomSource

SEEDS = range(60)


def program(seed: int) -> Program:
    source = RandomSource(seed)
    made = Program(source, make_cast(source), Code(), 0xC0DE)
    for _ in range(3):
        made.code.push(7)
    return made


@pytest.mark.parametrize("statement", programs.STATEMENTS, ids=lambda f: f.__name__)
def test_statement_leaves_the_stack_as_it_was(statement: programs.Statement) -> None:
    for seed in SEEDS:
        made = program(seed)
        statement(made, 0)
        assert made.code.height == 3, seed
        made.code.finish()


def test_expression_pushes_one_word() -> None:
    for seed in SEEDS:
        made = program(seed)
        expression(made)
        assert made.code.height == 4


def test_labels_and_data_have_their_places() -> None:
    code, end = Code(), Label()
    code.push_label(code.data(b"\xaa\xbb"))
    code.push_label(end)
    code.op("JUMP")
    code.mark(end)
    assert code.finish().hex() == "610009" + "610007" + "56" + "5b" + "00" + "aabb"


def test_label_without_a_place_is_refused() -> None:
    code = Code()
    code.push_label(Label())
    with pytest.raises(ValueError, match="without a place"):
        code.finish()


def test_opcode_without_operands_is_refused() -> None:
    with pytest.raises(ValueError, match="ADD"):
        Code().op("ADD")


def test_points_are_multiples_of_the_generators() -> None:
    for number in range(1, MULTIPLES):
        x, y = multiply(G1, number)
        assert multiples()[number] == (int(x), int(y))
        point = multiply(G2, number)
        assert twist_multiples()[number] == tuple(
            tuple(int(part) for part in coordinate.coeffs) for coordinate in point
        )
    assert is_on_curve(tuple(FQ(part) for part in multiples()[3]), b)


def test_stray_points_are_on_the_twist_but_not_in_the_group() -> None:
    assert len(stray_twist_points()) > 3
    for x, y in stray_twist_points()[:3]:
        point = (FQ2(x), FQ2(y))
        assert is_on_curve(point, b2)
        assert multiply(point, curve_order) is not None


def test_created_addresses_are_ethereums() -> None:
    # The first contract of a well-known sender, and an example of EIP-1014.
    sender = 0x6AC7EA33F8831EA9DCC53393AAA88B25A785DBF0
    assert created_address(sender, 0) == 0xCD234A471B72BA2F1CCF0A70FCABA648A5EECD8D
    assert (
        create2_address(0xDEADBEEF << 128, 0, b"\0")
        == 0xB928F69BB1D91CD65274E3C79D8986362984FDA3
    )


def test_inputs_of_extensions_have_their_lengths() -> None:
    source = RandomSource(1)
    assert {len(blake2f(source)) for _ in range(20)} == {213}
    assert {len(p256(source)) for _ in range(20)} == {160}
    assert {len(point_evaluation(source)) for _ in range(40)} == {192, 193}
