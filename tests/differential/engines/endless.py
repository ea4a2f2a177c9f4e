"""An engine that never ends."""


def run_block(block, state, options):
    while True:
        pass
