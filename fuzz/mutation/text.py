"""Cases as text and by weight, for corpora."""

import json
from typing import Final

from fuzz.coverage.text import read_json
from zkos.host.case import Case, parse_case
from zkos.host.case_errors import CaseError
from zkos.host.case_writer import case_to_json
from zkos.host.transactions import FieldTransaction

_FIXED: Final = 64
"""What an account, a slot or a transaction weighs beside its bytes."""


def case_to_text(case: Case) -> bytes:
    """The published JSON of a case."""
    return (json.dumps(case_to_json(case), indent=1) + "\n").encode()


def case_from_text(content: bytes) -> Case:
    """The inverse; ValueError for what is no case."""
    try:
        return parse_case(read_json(content), "input")
    except CaseError as error:
        raise ValueError(str(error)) from error


def case_weight(case: Case) -> int:
    """Size of a case, about that of its binary form."""
    weight = sum(len(preimage) for preimage in case.preimages)
    for entry in case.leaf_order:
        weight += _FIXED + len(getattr(entry, "code", b""))
        weight += _FIXED * len(getattr(entry, "storage", ()))
    for block in case.blocks:
        weight += _FIXED
        for item in block.transactions:
            weight += _FIXED + len(item.data)
            if isinstance(item, FieldTransaction):
                lists = item.access_list or ()
                weight += sum(32 + 32 * len(entry.storage_keys) for entry in lists)
                weight += _FIXED * len(item.authorization_list)
    return weight
