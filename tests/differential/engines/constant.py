"""An engine that says the same of every block, without running it."""

from differential.outcome import Outcome, Result


def run_block(block, state, options):
    return Outcome(Result.SUCCESS, public_input=bytes(32), transactions=())
