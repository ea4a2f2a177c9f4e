"""`zkos run`: blocks on our OS, shown as whoever runs a chain wants to see them."""

from differential.ethereum.files import common_instance
from differential.session import CASE_SUFFIXES, BlockResult
from zkos.cli import options as opt
from zkos.cli.execution import Files, execute
from zkos.host.profile import Mode, Profile, Quirks, RunOptions
from zkos.terminal.errors import UserError
from zkos.versions import DEFAULT, Instance

DEFAULT_ENGINES = ("native",)
MOST_SHOWN = 100
"""Blocks that a page of the run tells of."""


def command(
    cases: opt.Cases,
    engine: opt.EngineNames = None,
    protocol: opt.ProtocolOption = DEFAULT,
    instance: opt.FileInstanceOption = None,
    profile: opt.ProfileOption = Profile.PRODUCTION,
    da: opt.DaOption = None,
    batch: opt.BatchOption = False,
    quirks: opt.QuirksOption = Quirks.NONE,
    mode: opt.ModeOption = Mode.PROVING,
    image: opt.ImageOption = None,
    jobs: opt.JobsOption = None,
    time: opt.TimeOption = opt.DEFAULT_SECONDS,
    memory: opt.MemoryOption = opt.DEFAULT_GIGABYTES,
    simulate: opt.SimulateOption = False,
    extra_precompiles: opt.ExtraPrecompilesOption = False,
    html: opt.HtmlOption = None,
    junit: opt.JunitOption = None,
    json: opt.JsonOption = False,
) -> int:
    """Run blocks and show transactions, changes of state and public input.

    Without --engine and --image: native.
    """
    if common_instance(cases, instance, CASE_SUFFIXES) is Instance.ETHEREUM:
        from zkos.cli import ethereum

        chosen = (protocol, profile, quirks)
        zk_only = (batch, da, html, junit, simulate, extra_precompiles)
        if any(zk_only) or chosen != (DEFAULT, Profile.PRODUCTION, Quirks.NONE):
            raise UserError(ethereum.ZK_ONLY)
        return ethereum.execute(
            cases,
            engine or DEFAULT_ENGINES,
            RunOptions(mode=mode),
            image=image,
            as_json=json,
            in_full=True,
        )
    plan = opt.make_plan(
        cases,
        engine or (() if image else DEFAULT_ENGINES),
        image,
        RunOptions(
            profile,
            mode,
            quirks,
            simulate=simulate,
            extra_precompiles=extra_precompiles,
            da=da,
            protocol=protocol,
        ),
        jobs=jobs,
        seconds=time,
        gigabytes=memory,
        batch=batch,
    )
    return execute(plan, show, as_json=json, files=Files(html, junit, MOST_SHOWN))


def show(result: BlockResult) -> None:
    """Tables of one block, for each engine that knows."""
    from zkos.cli.block_view import show_block

    show_block(result)
