"""What `pyproject.toml` cannot say: corpora lie beside the packages and ship too."""

import shutil
from pathlib import Path

from setuptools import setup
from setuptools.command.build_py import build_py


class BuildWithCorpora(build_py):
    """Copies `corpora` into the package `fuzz`; an editable install has them."""

    def run(self) -> None:
        super().run()
        if not self.editable_mode:
            place = Path(self.build_lib) / "fuzz" / "corpora"
            shutil.rmtree(place, ignore_errors=True)
            shutil.copytree("corpora", place)


setup(cmdclass={"build_py": BuildWithCorpora})
