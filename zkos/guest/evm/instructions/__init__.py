"""The opcodes, in modules named as upstream names them."""
