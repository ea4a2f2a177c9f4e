"""Parts of JSON Schemas: numbers and bytes as files have them."""

from typing import Any, Final

Schema = dict[str, Any]
NUMBER: Final[Schema] = {
    "anyOf": [
        {"type": "integer", "minimum": 0},
        {"type": "string", "pattern": "^([0-9]+|0x[0-9a-fA-F]+)$"},
    ]
}
BYTES: Final[Schema] = {"type": "string", "pattern": "^0x([0-9a-fA-F]{2})*$"}
WORD: Final[Schema] = {"type": "string", "pattern": "^0x[0-9a-fA-F]{64}$"}
