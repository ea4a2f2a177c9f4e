"""YAML that others may have written: plain values, or a CaseError."""

from typing import Any, Final

from zkos.host.case_errors import CaseError
from zkos.host.case_reader import Node
from zkos.terminal.errors import UserError
from zkos.terminal.extras import how_to_install

SUFFIXES: Final = (".yaml", ".yml")


def parse_yaml(content: bytes, source: str) -> Node:
    """The root of one YAML document without anchors and dates; raises CaseError.

    UserError where the package for it is missing.
    """
    try:
        import yaml
    except ModuleNotFoundError as error:
        raise UserError(f"{source}: {how_to_install('yaml')}") from error
    try:
        text = content.decode("utf-8")
        value = _plain(yaml.compose(text, Loader=yaml.SafeLoader), yaml)
    except UnicodeDecodeError as error:
        raise CaseError(source, "", f"not UTF-8 text: byte {error.start}") from error
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark
        place = f" at line {mark.line + 1} column {mark.column + 1}" if mark else ""
        raise CaseError(source, "", f"not YAML: {error.problem}{place}") from error
    except (yaml.YAMLError, ValueError) as error:
        reason = " ".join(str(error).split())
        raise CaseError(source, "", f"not YAML: {reason}") from error
    except RecursionError as error:
        raise CaseError(source, "", "not YAML: nested too deeply") from error
    return Node(source, "", value)


def _plain(node: Any, yaml: Any, seen: set[int] | None = None) -> Any:
    """The value of a node; ValueError for what JSON does not have."""
    seen = set() if seen is None else seen
    if node is None:
        return None
    if id(node) in seen:
        raise ValueError(f"an alias at line {node.start_mark.line + 1}")
    seen.add(id(node))
    if isinstance(node, yaml.SequenceNode):
        return [_plain(item, yaml, seen) for item in node.value]
    if isinstance(node, yaml.MappingNode):
        members: dict[str, Any] = {}
        for key, item in node.value:
            line = key.start_mark.line + 1
            if not isinstance(key, yaml.ScalarNode):
                raise ValueError(f"a name that is no text at line {line}")
            if key.value in members:
                raise ValueError(f"field {key.value!r} given twice at line {line}")
            members[key.value] = _plain(item, yaml, seen)
        return members
    return _scalar(node)


def _scalar(node: Any) -> Any:
    text: str = node.value
    match node.tag.rpartition(":")[2]:
        case "null":
            return None
        case "bool":
            return text.lower() in ("true", "yes", "on")
        case "int" if text.isdecimal() and (text == "0" or text[0] != "0"):
            return int(text)
        case "int" if text.startswith("-") and text[1:].isdecimal():
            return int(text)
        case _:
            return text  # 0x numbers, fractions and dates are the reader's business
