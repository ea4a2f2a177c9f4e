"""Scenarios: named accounts and contracts, and steps, as YAML or JSON.

The form is that of upstream's divergence validator, with blocks, batches, delegations
and transactions from L1 beyond it (`zkos/docs/scenarios.md`).
"""
