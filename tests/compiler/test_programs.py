"""Generated programs end alike on every engine."""

import pytest

from tests.compiler.generated import assert_agree
from tests.compiler.generated_programs import programs


@pytest.mark.native
@pytest.mark.riscv
def test_programs_agree(tmp_path):
    assert_agree(programs(), 60, tmp_path, lambda normal, calls: normal > calls // 20)


@pytest.mark.slow
@pytest.mark.native
@pytest.mark.riscv
@pytest.mark.parametrize("batch", range(20))
def test_many_programs_agree(tmp_path, batch):
    assert_agree(programs(), 150, tmp_path, lambda normal, calls: normal > calls // 20)
