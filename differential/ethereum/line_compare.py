"""Lines of `zkos evm statetest` beside those of EELS's own tool, test by test.

What the two spell differently is `DIFFERENCES` of `differential.ethereum.eip3155`; all
else is compared: number and order of lines, and every other field.
"""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from io import StringIO
from typing import Any, Final

from differential.ethereum.client import line_of_root
from differential.ethereum.eip3155 import lines_of
from differential.ethereum.lone import LoneTransaction, run_lone
from differential.importers.ethereum_state_tests import StateVariant
from zkos.host.case_reader import Node
from zkos.versions import Fork

SSTORE: Final = 0x55
_UNKNOWN: Final = "0x0"
"""What ours says a precompile used, called by the transaction itself at the floor."""
_NAMES: Final = {fork: fork.value for fork in Fork}


@dataclass(frozen=True)
class LineDifference:
    """The first line that differs, or that only one has."""

    line: int
    ours: str
    eels: str


def compare(variant: StateVariant, test: Node, fork: Fork) -> LineDifference | None:
    """Run a variant on both; the first difference. `test` is the JSON it is from."""
    ours = our_lines(variant, fork)
    theirs = eels_lines(variant, test, fork)
    return first_difference(ours, theirs, creation=is_creation(test))


def is_creation(test: Node) -> bool:
    """Whether the transaction of a test has no target."""
    return test.value["transaction"].get("to", "") in ("", None)


def first_difference(
    ours: Sequence[str], theirs: Sequence[str], *, creation: bool = False
) -> LineDifference | None:
    """The first line that is not the same but for declared differences."""
    ours, theirs = _without_stops(ours), _without_stops(theirs)
    for index in range(max(len(ours), len(theirs))):
        one = ours[index] if index < len(ours) else ""
        two = theirs[index] if index < len(theirs) else ""
        if one == "" or two == "":
            return LineDifference(index, one, two)
        left, right = _canonical(one), _canonical(two)
        if index == 0 and left.get("gasUsed") == _UNKNOWN:
            right["gasUsed"] = _UNKNOWN
        if creation and "output" in left:
            right["output"] = left["output"]
        if left != right:
            return LineDifference(index, one, two)
    return None


def our_lines(variant: StateVariant, fork: Fork) -> list[str]:
    """Steps, summary and root as ours writes them, without comments."""
    assert variant.transaction is not None
    transaction = LoneTransaction(
        fork, variant.environment, variant.before, variant.transaction
    )
    run = run_lone(transaction, traced=True)
    return [*lines_of(transaction, run, return_data=False), line_of_root(run)]


def eels_lines(variant: StateVariant, test: Node, fork: Fork) -> list[str]:
    """The same of EELS's tool."""
    from ethereum_spec_tools.evm_tools.statetest import TestCase, run_test_case

    fields = test.value
    index = _index_of(variant, fields)
    case = TestCase(
        path=variant.source,
        key=variant.test,
        index=index,
        fork_name=_NAMES[fork],
        post=fields["post"][variant.fork_name][index],
        pre=fields["pre"],
        env=fields["env"],
        transaction=fields["transaction"],
    )
    text = StringIO()
    extra = ["--trace", "--trace.nomemory", "--trace.noreturndata"]
    result = run_test_case(case, _forks(), t8n_extra=extra, output_basedir=text)
    root = f"0x{result.state_root.hex()}"
    return [*text.getvalue().splitlines(), json.dumps({"stateRoot": root})]


def _index_of(variant: StateVariant, fields: dict[str, Any]) -> int:
    for index, post in enumerate(fields["post"][variant.fork_name]):
        found = post["indexes"]
        label = "-".join(str(found[key]) for key in ("data", "gas", "value"))
        if label == variant.label:
            return index
    raise AssertionError("a variant is one of its test")


@cache
def _forks() -> Any:
    from ethereum_spec_tools.evm_tools.t8n import ForkCache

    return ForkCache()


def _without_stops(lines: Sequence[str]) -> list[str]:
    return [line for line in lines if '"op":0,' not in line]


def _canonical(text: str) -> dict[str, Any]:
    """The fields of a line that both tools mean alike."""
    line: dict[str, Any] = json.loads(text)
    line.pop("opName", None)
    line["error"] = "error" in line
    if line["error"]:
        line.pop("gasCost", None)
    if line.get("op") == SSTORE:
        line.pop("refund", None)
    return line


def variants_with_tests(root: Node) -> Iterator[tuple[StateVariant, Node]]:
    """All variants of a file beside the JSON of their tests; raises CaseError."""
    from differential.importers.ethereum_state_tests import parse_test

    for name, test in root.members().items():
        for variant in parse_test(name, test):
            yield variant, test
