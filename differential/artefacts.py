"""The OS compiled for this machine, built with progress before an engine runs.

Nothing is loaded here: workers load what they run from the cache. What images need is
in `differential.image_artefacts`, apart: who runs native only does not wait for it.
"""

from collections.abc import Callable

from zkos.compiler.build import build
from zkos.compiler.emit import X86
from zkos.versions import STANDARD, Build

Progress = Callable[[str], None]


def native_object(progress: Progress, wanted: Build = STANDARD) -> bytes:
    """The OS for this machine, as an object file."""
    roots, exports = [wanted.entry], [wanted.main]
    variant = wanted.linked()
    return build(roots, exports, X86, progress=progress, variant=variant).code
