"""The RV32IM image of the OS, and the machine that runs images, built with progress."""

from differential.artefacts import Progress
from zkos.compiler.image import Program, build_program
from zkos.machine.translator.hooks import hooked_interpreter, interpreter_object
from zkos.machine.translator.translation import translate_image
from zkos.versions import STANDARD, Build


def machine_object(progress: Progress) -> bytes:
    """The RV32IM machine for this machine, as an object file."""
    return interpreter_object(progress).code


def program(progress: Progress, wanted: Build = STANDARD) -> Program:
    """The OS as an image for the RV32IM machine."""
    return build_program([wanted.entry], wanted.main, progress, wanted.linked())


def translation(progress: Progress, wanted: Build = STANDARD) -> None:
    """The image of the OS translated to this machine's code."""
    image = program(progress, wanted).image()
    translate_image(image, hooked_interpreter(), progress)
