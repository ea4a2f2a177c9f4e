"""Host modules with a patch applied, in this process and before they are imported."""

import importlib.abc
import importlib.machinery
import importlib.util
import sys
from collections.abc import Sequence
from types import ModuleType

from zkos.lang.linkage import Patch, patched


class PatchedLoader(importlib.machinery.SourceFileLoader):
    """Compiles a module from its patched source, whatever is cached."""

    def __init__(self, name: str, path: str, patch: Patch) -> None:
        super().__init__(name, path)
        self._patch = patch

    def get_code(self, fullname: str):  # type: ignore[no-untyped-def]  # noqa: ANN201
        """The code of the patched source."""
        source = self.get_data(self.path).decode()
        text = patched(source, self._patch.module, (self._patch,))
        return compile(text, self.path, "exec", dont_inherit=True)


class PatchedFinder(importlib.abc.MetaPathFinder):
    """Finds the one module that is patched."""

    def __init__(self, patch: Patch) -> None:
        self._patch = patch

    def find_spec(
        self,
        fullname: str,
        path: Sequence[str] | None,
        target: ModuleType | None = None,
    ) -> importlib.machinery.ModuleSpec | None:
        if fullname != self._patch.module:
            return None
        spec = importlib.machinery.PathFinder.find_spec(fullname, path, target)
        if spec is None or spec.origin is None:
            return None
        spec.loader = PatchedLoader(fullname, spec.origin, self._patch)
        return spec


def plant(patch: Patch) -> None:
    """Have a module import patched. RuntimeError if it was imported already."""
    if patch.module in sys.modules:
        raise RuntimeError(f"{patch.module} is imported already")
    sys.meta_path.insert(0, PatchedFinder(patch))
