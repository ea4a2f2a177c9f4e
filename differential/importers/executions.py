"""Which protocol version a block of a node is of, by what the node says runs it."""

from typing import Final

from zkos.versions import Protocol

EXECUTIONS: Final = {4: "v30", 5: "v30", 6: "v31", 7: "v32"}
"""Execution versions of zksync-os-server and the protocol versions they run."""


def protocol_of_execution(execution: int) -> Protocol | None:
    """None if no version that is known here is meant."""
    name = EXECUTIONS.get(execution)
    known = {protocol.value: protocol for protocol in Protocol}
    return None if name is None else known.get(name)


def unknown_execution(execution: object) -> str:
    """What to say then."""
    return (
        f"execution version {execution} is of no protocol known here; --protocol says "
        "which to take"
    )
