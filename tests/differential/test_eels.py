import pytest

from differential.compare import first_difference
from differential.evm_compare import compare_with_ethereum
from differential.known import Policy
from differential.runners import native, py_evm
from differential.runners.base import state_of_case
from tests.differential.rule_examples import EXACT, EXAMPLES

specs = pytest.importorskip("differential.reference.specs")
eels = pytest.importorskip("differential.runners.eels")
APPLIED = [
    pytest.param(rule, id=rule.name) for rule in EXAMPLES if rule in specs.APPLIED
]
ARBITRATED = [
    pytest.param(rule, id=rule.name)
    for rule in EXAMPLES
    if rule.origin.value == "reference"
]


def run(case):
    return case.blocks[0], state_of_case(case)


@pytest.mark.native
@pytest.mark.parametrize("which", ["fires", "spares"])
@pytest.mark.parametrize("rule", APPLIED + ARBITRATED)
def test_arbiter_agrees_with_ours(rule, which):
    block, state = run(getattr(EXAMPLES[rule], which))
    ours = native.run_block(block, state, EXACT)
    compared = compare_with_ethereum(block, state, EXACT, ours, engine="eels")
    assert compared.reference.succeeded
    assert compared.difference is None
    if rule in specs.APPLIED and rule.name != "fees_held_by_bootloader":
        assert (rule.name in compared.declared) == (which == "fires")


@pytest.mark.parametrize("rule", APPLIED)
def test_arbiter_needs_the_rule(rule):
    block, state = run(EXAMPLES[rule].fires)
    policy = Policy.of(EXACT)
    exhausted = [0] if rule.name == "out_of_native" else []
    outcomes = [
        eels.run_with(block, state, variant, EXACT, out_of_native=exhausted)
        for variant in (policy, policy.without([rule]))
    ]
    assert first_difference({"with": outcomes[0], "without": outcomes[1]}) is not None


@pytest.mark.parametrize("rule", ARBITRATED)
def test_arbiter_has_not_the_faults_of_py_evm(rule):
    block, state = run(EXAMPLES[rule].fires)
    faulty = Policy.of(EXACT).without([rule])
    outcomes = {
        "py_evm": py_evm.run_with(block, state, faulty, EXACT),
        "eels": eels.run_with(block, state, Policy.of(EXACT), EXACT),
    }
    assert first_difference(outcomes) is not None
