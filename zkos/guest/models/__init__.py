"""Storage models: how the state is proven and updated."""
