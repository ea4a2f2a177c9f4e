"""An engine that fails with an exception."""


def run_block(block, state, options):
    raise RuntimeError("lost\nthe thread")
