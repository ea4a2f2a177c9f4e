"""Generated expressions over all integer types end alike on every engine."""

import pytest
from hypothesis import strategies as st

from tests.compiler.generated import Sample, assert_agree
from tests.compiler.generated_expressions import KINDS, Expressions, values

CALLS = 8


@st.composite
def samples(draw: st.DrawFn) -> Sample:
    """A function that returns one expression over its parameters."""
    kind = draw(st.sampled_from(KINDS))
    others = st.lists(st.sampled_from(KINDS), min_size=1, max_size=4)
    kinds = [*draw(others), kind]
    names = {f"p{number}": one for number, one in enumerate(kinds)}
    made = Expressions(draw, names).expression(kind, draw(st.integers(1, 4)))
    parameters = ", ".join(f"{name}: {one}" for name, one in names.items())
    arguments = draw(
        st.lists(
            st.tuples(*(values(one) for one in kinds)), min_size=CALLS, max_size=CALLS
        )
    )
    text = f"def f_N_({parameters}) -> {kind}:\n    return {made}\n"
    return Sample(text, tuple(arguments))


@pytest.mark.native
@pytest.mark.riscv
def test_expressions_agree(tmp_path):
    assert_agree(samples(), 200, tmp_path, lambda normal, calls: normal > calls // 3)


@pytest.mark.slow
@pytest.mark.native
@pytest.mark.riscv
@pytest.mark.parametrize("batch", range(20))
def test_many_expressions_agree(tmp_path, batch):
    assert_agree(samples(), 400, tmp_path, lambda normal, calls: normal > calls // 3)
