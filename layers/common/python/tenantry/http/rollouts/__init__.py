"""Roll-outs as operators send and see them."""
