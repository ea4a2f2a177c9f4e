"""JUnit XML of a run, for continuous integration."""

from xml.etree import ElementTree

from differential.reports.record import Record, RunRecord
from zkos.terminal.text import visible


def junit(run: RunRecord) -> str:
    """The document; a test case is a block on all engines."""
    failures = sum(bool(record.explanation) for record in run.records)
    errors = sum(_fails(record) for record in run.records) + len(run.bad)
    suite = ElementTree.Element(
        "testsuite",
        name=visible(run.title),
        tests=str(len(run.records) + len(run.bad)),
        failures=str(failures),
        errors=str(errors),
        time=f"{sum(record.seconds for record in run.records):.3f}",
    )
    for record in run.records:
        case = ElementTree.SubElement(
            suite,
            "testcase",
            classname="zkos",
            name=visible(record.name),
            time=f"{record.seconds:.3f}",
        )
        if record.explanation:
            _child(case, "failure", record.explanation[0], record.explanation)
        elif record.failures:
            _child(case, "error", record.failures[0], record.failures)
    for reason in run.bad:
        case = ElementTree.SubElement(
            suite, "testcase", classname="zkos", name=visible(reason.partition(":")[0])
        )
        _child(case, "error", reason, (reason,))
    ElementTree.indent(suite)
    body = ElementTree.tostring(suite, encoding="unicode")
    return f'<?xml version="1.0" encoding="utf-8"?>\n{body}\n'


def _fails(record: Record) -> bool:
    return bool(record.failures) and not record.explanation


def _child(
    case: ElementTree.Element, kind: str, message: str, lines: tuple[str, ...]
) -> None:
    child = ElementTree.SubElement(case, kind, message=visible(message))
    child.text = "\n".join(map(visible, lines))
