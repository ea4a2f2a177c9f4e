"""Faults in the tree of slots and the order in which they are sealed."""

from typing import Final

from fuzz.mutants.mutant import Table

MODEL: Final = Table("model", "zkos.guest.models.flat")
_plant = MODEL.plant

_plant(
    "cache_order",
    "sort",
    "    return limb_0 | limb_1 | (number >> 128)",
    "    return number",
    "slots in the order of addresses as numbers (state spec 10)",
)
_plant(
    "sort_unstable",
    "sort",
    "        if keys[order[right]] < keys[spare[left]]:",
    "        if keys[order[right]] <= keys[spare[left]]:",
    "equal keys change places",
    harmless="keys are never equal",
)
_plant(
    "tree_link",
    "tree",
    "if rank != 0 and self.predecessors[order[rank - 1]] is previous:",
    "if rank > 1 and self.predecessors[order[rank - 1]] is previous:",
    "two new leaves between the same old ones are linked wrongly",
)
_plant(
    "account_unrenewed",
    "backing",
    "            if account.changed():\n                self._renew(account)\n",
    "            if account.changed() and account.balance != 0:\n"
    "                self._renew(account)\n",
    "changes of accounts without ether are lost",
)
_plant(
    "account_unset_digest",
    "backing",
    "        account.unset = digest == 0\n",
    "        account.unset = slot.is_new\n",
    "an account in a leaf of value 0 costs as one that is there",
    harmless="no account has had its hash set to 0: wiped ones have that of zeros",
)
_plant(
    "account_initial",
    "backing",
    "            account.store_into(account.initial)\n",
    "",
    "accounts that are only read count as changed",
)
_plant(
    "forward_last_leaf",
    "tree",
    "            elif grows and leaf.index == last:\n",
    "            elif grows and leaf.index < last:\n",
    "without verification another leaf than the last is folded",
)
_plant(
    "forward_left",
    "tree",
    "fold(left.after, right.after if right.changed else right.before, False)",
    "fold(left.after, right.after, False)",
    "a leaf that only one neighbour changed is hashed with what is not there",
)
