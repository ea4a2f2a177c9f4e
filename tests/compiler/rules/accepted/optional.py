"""`C | None` is narrowed by a test on a local name."""

from zkos.lang.ints import U32


class Node:
    """One of a chain."""

    value: U32
    after: "Node | None"

    def __init__(self, value: U32, after: "Node | None") -> None:
        self.value = value
        self.after = after


def last(node: Node) -> U32:
    while True:
        after = node.after
        if after is None:
            return node.value
        node = after


def run(a: U32, b: U32) -> U32:
    chain: Node | None = None
    if a > b:
        chain = Node(a, None)
    total = U32(0)
    if chain is not None:
        total = chain.value
        longer = Node(b, chain)
        total = total.wrapping_add(last(longer))
    other = Node(b, None) if b > 7 else None
    if other is None:
        return total
    assert other is not chain
    return total ^ other.value
