"""Makes the vectors that ship of those that are published.

python -m tests.shipped NAME...
"""

import json
import sys
from typing import Any, Final

from tests.support.published import FOLDER, SHIPPED

RUN: Final = (
    "outcome",
    "reason",
    "output_bytes",
    "cycles",
    "bigint_delegations",
    "blake2s_delegations",
    "oracle_words_read",
    "oracle_words_written",
    "queries",
)
BLOCK: Final = ("state_before", "state_after", "block_hash", "logs", "messages")
COMMITMENT: Final = ("root", "next_free_slot")
RECEIPT: Final = ("gas_used", "body_success", "validation_error", "invalidated")
WHOLE: Final = ("state_root_before", "next_free_slot_before", "encoded_txs")


def reduced(published: dict[str, Any]) -> dict[str, Any]:
    """What tests compare of the published answers."""
    made: dict[str, Any] = {
        "images": {
            image: {da: _each(entry, RUN) for da, entry in schemes.items()}
            for image, schemes in published["images"].items()
        },
        **{key: published[key] for key in WHOLE},
        "log": [_each(receipts, RECEIPT) for receipts in published["log"]],
    }
    if "reveal" in published:
        blocks = _each(published["reveal"]["blocks"], BLOCK)
        for block in blocks:
            for state in ("state_before", "state_after"):
                block[state] = _part(block[state], COMMITMENT)
        made["reveal"] = {"pubdata": published["reveal"]["pubdata"], "blocks": blocks}
    return made


def _each(entry: Any, fields: tuple[str, ...]) -> Any:
    if isinstance(entry, list):
        return [_part(item, fields) for item in entry]
    return _part(entry, fields)


def _part(entry: dict[str, Any], fields: tuple[str, ...]) -> dict[str, Any]:
    return {field: entry[field] for field in fields if field in entry}


def ship(name: str) -> None:
    """Write a vector of the folder beside the repository to the corpora."""
    SHIPPED.mkdir(exist_ok=True)
    case = (FOLDER / f"{name}.json").read_text()
    (SHIPPED / f"{name}.json").write_text(case.rstrip() + "\n")
    published = json.loads((FOLDER / f"{name}.expected.json").read_text())
    text = json.dumps(reduced(published), indent=1)
    (SHIPPED / f"{name}.expected.json").write_text(text + "\n")


if __name__ == "__main__":
    for given in sys.argv[1:]:
        ship(given)
