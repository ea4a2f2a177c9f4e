"""An engine that takes memory piece by piece and never ends."""


def run_block(block, state, options):
    taken = []
    while True:
        taken.append(b"x" * (1 << 20))
