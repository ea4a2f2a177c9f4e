import ast

import pytest

from fuzz.mutants.operators import Text, edits
from zkos.lang.linkage import patched

MODULE = "example"
SOURCE = '''"""A module."""

LIMIT: Final = U32(8)


class Frame:
    """A class."""

    size: U32

    def grow(self, count: U32) -> None:
        """Documented."""
        if self.size + count > LIMIT:
            raise TooLarge
        self.save(count)
        for index in urange(count):
            self.put(index, count)
        self.size = self.size + count

    def is_full(self) -> bool:
        assert self.size <= LIMIT, "not too large"
        return self.size == LIMIT and not self.open


def other() -> None:
    raise TooSmall
'''


def changes(operator: str) -> set[str]:
    text = Text(MODULE, SOURCE)
    made = set()
    for edit in edits(text):
        if edit.operator == operator:
            old = SOURCE[edit.start : edit.end]
            made.add(f"{old} -> {edit.new}")
    return made


@pytest.mark.parametrize(
    ("operator", "expected"),
    [
        ("comparison", "self.size + count > LIMIT -> (self.size + count >= LIMIT)"),
        ("comparison", "self.size == LIMIT -> (self.size != LIMIT)"),
        ("constant", "8 -> 9"),
        ("constant", "8 -> 7"),
        ("constant", "8 -> 16"),
        ("constant", "8 -> 4"),
        ("arithmetic", "self.size + count -> ((self.size) - (count))"),
        ("statement", "self.put(index, count) -> pass"),
        ("statement", "self.size = self.size + count -> pass"),
        ("journal", "self.save(count) -> pass"),
        (
            "condition",
            "self.size + count > LIMIT -> not (self.size + count > LIMIT)",
        ),
        ("condition", "not self.open -> (self.open)"),
        ("operands", "index, count -> count, index"),
        ("raise", "raise TooLarge -> pass"),
        ("exception", "raise TooLarge -> raise TooSmall"),
        ("bound", "count -> (count).saturating_sub(1)"),
        ("bound", "count -> (count).wrapping_add(1)"),
        ("check", 'assert self.size <= LIMIT, "not too large" -> pass'),
        ("return", "self.size == LIMIT and not self.open -> False"),
    ],
)
def test_operator_makes_the_change(operator: str, expected: str) -> None:
    assert expected in changes(operator)


def test_every_change_is_a_patch_of_one_place() -> None:
    text = Text(MODULE, SOURCE)
    made = list(edits(text))
    for edit in made:
        changed = patched(SOURCE, MODULE, (text.patch(edit),))
        assert changed == SOURCE[: edit.start] + edit.new + SOURCE[edit.end :]
        ast.parse(changed)
    assert {edit.function for edit in made} == {
        "",
        "Frame.grow",
        "Frame.is_full",
        "other",
    }


def test_texts_are_left_alone() -> None:
    assert not any("Documented" in change for change in changes("statement"))


def test_lines_are_those_of_the_statement() -> None:
    text = Text(MODULE, SOURCE)
    [edit] = [item for item in edits(text) if item.operator == "journal"]
    assert SOURCE.splitlines()[edit.line - 1].strip() == "self.save(count)"
    assert edit.last_line == edit.line
