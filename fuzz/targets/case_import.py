"""The case format: whatever text comes in, it is a case or one clear error.

What is read is written and read again unchanged; what is refused names its place.
"""

import json
from collections.abc import Iterator
from typing import Any, Final

from fuzz.coverage.counters import Counters, semantic
from fuzz.coverage.target import Observation, Problem
from fuzz.coverage.text import read_json
from fuzz.strategies.cases import case
from fuzz.strategies.numbers import word
from fuzz.strategies.source import Source
from fuzz.targets.atheris_driver import main
from fuzz.targets.calls import mutate_bytes
from zkos.host.case import parse_case
from zkos.host.case_errors import CaseError
from zkos.host.case_writer import case_to_json

_MOST_DEPTH: Final = 6
_ODD: Final[tuple[Any, ...]] = (
    None,
    True,
    -1,
    0,
    1 << 64,
    1 << 256,
    0.5,
    "",
    "0x",
    "0x0",
    "0xg",
    "-1",
    "٣",
    [],
    {},
    [[]],
    "0x" + "ff" * 33,
)


class CaseImportTarget:
    """Reading never fails but with a CaseError, and writing is its inverse."""

    name: Final = "case_import"
    suffix: Final = ".text"
    counters: Final[Counters | None] = None

    def generate(self, source: Source) -> bytes:
        """A case, mostly with something odd in it."""
        value: Any = case_to_json(case(source))
        for _ in range(source.below(4)):
            value = _changed(source, value, 0)
        return json.dumps(value).encode()

    def mutate(self, source: Source, parent: bytes, donor: bytes) -> bytes:
        """The text changed, or the tree in it."""
        if source.chance(25):
            return mutate_bytes(source, parent)
        try:
            tree, other = read_json(parent), read_json(donor)
        except ValueError:
            return mutate_bytes(source, parent)
        if isinstance(tree, dict) and isinstance(other, dict) and source.chance(20):
            name = source.choose([*other, "block"])
            tree[name] = other.get(name)
        return json.dumps(_changed(source, tree, 0)).encode()

    def run(self, value: bytes) -> Observation:
        """Read; write and read again what is a case."""
        try:
            tree = read_json(value)
        except ValueError:
            return Observation(semantic("text"), rejected=1)
        try:
            read = parse_case(tree, "input")
        except CaseError as error:
            place = "".join(letter for letter in error.field if letter.isalpha())
            reason = error.reason.split(":")[0][:24]
            seen = Observation(semantic(place[:40], reason), rejected=1)
            if "\n" in str(error):
                seen.problem = Problem("crash", (), "message", "", "more than a line")
            return seen
        seen = Observation(_shape(case_to_json(read), ""), included=1)
        again = parse_case(json.loads(json.dumps(case_to_json(read))), "written")
        if again != read:
            seen.problem = Problem("diverge", ("read", "written"), "case")
        return seen

    def weight(self, value: bytes) -> int:
        """Bytes."""
        return len(value)

    def encode(self, value: bytes) -> bytes:
        """Itself."""
        return value

    def decode(self, content: bytes) -> bytes:
        """Itself."""
        return content

    def shrink(self, value: bytes) -> Iterator[bytes]:
        """Without some bytes."""
        size = len(value) // 2
        while size:
            for start in range(0, len(value), size):
                yield value[:start] + value[start + size :]
            size //= 2


def case_import() -> CaseImportTarget:
    """Any text is a case that can be written again, or one clear error."""
    return CaseImportTarget()


def _changed(source: Source, tree: Any, depth: int) -> Any:
    """A tree with one node replaced, dropped or doubled."""
    if depth < _MOST_DEPTH and isinstance(tree, dict) and tree and source.chance(80):
        name = source.choose(list(tree))
        match source.below(5):
            case 0:
                return {key: item for key, item in tree.items() if key != name}
            case 1:
                return {**tree, f"{name}x": tree[name]}
        return {**tree, name: _changed(source, tree[name], depth + 1)}
    if depth < _MOST_DEPTH and isinstance(tree, list) and tree and source.chance(80):
        at = source.below(len(tree))
        return [*tree[:at], _changed(source, tree[at], depth + 1), *tree[at + 1 :]]
    if source.chance(50):
        return source.choose(_ODD)
    return source.choose((hex(word(source)), word(source)))


def _shape(tree: Any, place: str) -> int:
    """Which fields are there."""
    if isinstance(tree, dict):
        features = 0
        for name, item in tree.items():
            known = name if not name.startswith("0x") else "0x"
            features |= _shape(item, f"{place}.{known}")
        return features
    if isinstance(tree, list):
        features = semantic(place, "list", min(len(tree), 4))
        for item in tree[:8]:
            features |= _shape(item, f"{place}[]")
        return features
    return semantic(place, type(tree).__name__)


if __name__ == "__main__":
    main("case_import")
