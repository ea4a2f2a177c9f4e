"""Choices from seeds and bytes: in range, repeatable, simple where nothing is left."""

import pytest

from fuzz.strategies.source import BytesSource, RandomSource, Source, Weights


def draws(source: Source) -> list[object]:
    return [
        [source.below(n) for n in (1, 2, 7, 1 << 30, 1 << 41, 1 << 256)],
        source.bytes(5),
        source.integer(10, 12),
        source.chance(50),
        source.choose("abc"),
        source.choose("abc", Weights(1, 5, 1)),
    ]


def test_equal_seeds_give_equal_choices() -> None:
    assert draws(RandomSource(7)) == draws(RandomSource(7))
    assert draws(RandomSource(7)) != draws(RandomSource(8))


@pytest.mark.parametrize("limit", [1, 2, 3, 255, 256, 257, 1 << 40, (1 << 256) - 1])
@pytest.mark.parametrize("source", [RandomSource(1), BytesSource(bytes(range(256)))])
def test_choices_are_below_their_limit(source: Source, limit: int) -> None:
    assert all(0 <= source.below(limit) < limit for _ in range(300))


def test_every_item_with_weight_is_chosen() -> None:
    source = RandomSource(3)
    chosen = {source.choose("abcd", Weights(5, 1, 0, 3)) for _ in range(500)}
    assert chosen == set("abd")


def test_chance_is_a_percentage() -> None:
    source = RandomSource(5)
    hits = sum(source.chance(20) for _ in range(5000))
    assert 850 < hits < 1150
    assert not any(source.chance(0) for _ in range(500))
    assert all(source.chance(100) for _ in range(500))


def test_bytes_run_out_into_zeros() -> None:
    source = BytesSource(b"\1\2\3")
    assert source.bytes(2) == b"\1\2"
    assert not source.exhausted
    assert source.bytes(2) == b"\3\0"
    assert source.exhausted
    assert source.below(1 << 256) == 0
