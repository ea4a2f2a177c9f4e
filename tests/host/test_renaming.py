"""Addresses have other names wherever they are named in full."""

from dataclasses import replace

from tests.differential.ethereum_cases import created_by
from tests.differential.planted_cases import crowded
from zkos.host.case import AccountState, Case, SlotState
from zkos.host.case_writer import case_to_json
from zkos.host.renaming import rename
from zkos.host.transactions import AccessListEntry, RawTransaction


def test_rename_reaches_every_place_an_address_is_named():
    old, new = 0xAAAA << 100, 0xBBBB << 100
    created, then = created_by(old, 0), created_by(new, 0)
    (block,) = crowded("").blocks
    sent = replace(
        block.transactions[0],
        to=old,
        data=b"\1" + old.to_bytes(20, "big"),
        access_list=(AccessListEntry(old, (old,)),),
    )
    case = Case(
        blocks=(
            replace(
                block,
                context=replace(block.context, coinbase=old),
                transactions=(sent, RawTransaction(b"\xc0")),
            ),
        ),
        sequence=(
            AccountState(old, code=b"\x73" + created.to_bytes(20, "big")),
            SlotState(created, old, 1),
        ),
        leaves=(SlotState(old, 1, 1),),
    )
    named = rename(case, {old: new, created: then})
    text = str(case_to_json(named))
    assert f"{old:040x}" not in text.replace(f"{old:#066x}", "").replace(hex(old), "")
    (block,) = named.blocks
    assert block.context.coinbase == new
    assert block.transactions[0].to == new
    assert block.transactions[0].data[1:] == new.to_bytes(20, "big")
    assert block.transactions[0].access_list == (AccessListEntry(new, (old,)),)
    assert named.sequence[0].address == new
    assert named.sequence[0].code[1:] == then.to_bytes(20, "big")
    assert named.sequence[1] == SlotState(then, old, 1)
    assert named.leaves == (SlotState(new, 1, 1),)
