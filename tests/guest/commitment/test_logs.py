import pytest

from tests.guest.commitment.support import (
    as_hash,
    be,
    hashes,
    k256,
    log_bytes,
    logs_of,
    spelled,
)
from tests.guest.objects import (
    OBJECTS,
    Keccak256,
    full_logs_root,
    l1_hashes,
    log_digests,
    logs_tree_root,
)
from zkos.guest.commitment.logs import (
    EMPTY_ROOTS,
    MOST_LOGS,
    NO_L1_TRANSACTIONS,
)
from zkos.lang.ints import Bytes32
from zkos.lang.memory import List
from zkos.lang.trap import Trap

GUEST = OBJECTS
pytestmark = pytest.mark.usefixtures("target")


def empty_root(height: int) -> bytes:
    digest = k256(bytes(88))
    for _ in range(height):
        digest = k256(digest, digest)
    return digest


def test_empty_roots():
    assert [be(int(root), 32) for root in EMPTY_ROOTS] == [
        empty_root(height) for height in range(15)
    ]


def test_rolling_hash_starts_with_that_of_nothing():
    assert spelled(NO_L1_TRANSACTIONS) == k256()


@pytest.mark.parametrize("count", [0, 1, 2, 3, 5, 8])
def test_tree_is_filled_up_with_empty_logs(count):
    leaves = [k256(bytes([position])) for position in range(count)]

    root = logs_tree_root(Keccak256(), hashes(*leaves))

    nodes = leaves + [empty_root(0)] * (8 - count)
    while len(nodes) > 1:
        pairs = zip(nodes[::2], nodes[1::2], strict=True)
        nodes = [k256(left, right) for left, right in pairs]
    expected = nodes[0]
    for height in range(3, 14):
        expected = k256(expected, empty_root(height))
    assert spelled(root) == expected


@pytest.mark.parametrize("count", [0, 1, 3])
def test_root_is_bound_with_that_of_no_other_chains(count):
    leaves = [k256(bytes([position])) for position in range(count)]

    root = full_logs_root(Keccak256(), hashes(*leaves))

    own = logs_tree_root(Keccak256(), hashes(*leaves))
    assert spelled(root) == k256(spelled(own), bytes(32))


def test_more_logs_than_leaves_are_refused():
    leaves = List(Bytes32)
    for _ in range(int(MOST_LOGS) + 1):
        leaves.append(Bytes32(0))
    with pytest.raises(Trap, match="more logs"):
        logs_tree_root(Keccak256(), leaves)


def test_digest_is_of_88_bytes():
    logs = logs_of((65537, 0x8008, 0xAB, 2**255, b"hello"), (2, 0x8001, 7, 1, None))

    digests = log_digests(Keccak256(), logs)

    expected = [log_bytes(1, 0x8008, 0xAB, 2**255), log_bytes(2, 0x8001, 7, 1)]
    found = [spelled(digests[i]) for i in range(int(digests.length()))]
    assert found == [k256(data) for data in expected]


def test_upgrades_and_messages_are_no_l1_transactions():
    logs = logs_of(
        (0, 0x8001, 50, 1, None),
        (1, 0x8001, 51, 0, None),
        (2, 0x8008, 50, 3, b"message"),
        (3, 0x8001, 52, 1, None),
    )

    found = l1_hashes(logs, as_hash(be(50, 32)))

    assert [int(found[i]) for i in range(int(found.length()))] == [51, 52]
    assert l1_hashes(logs, Bytes32(0)).length() == 3
