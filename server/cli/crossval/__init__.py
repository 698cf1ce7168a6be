"""`nerloop crossval`: the command, its display, its table and the page of label errors."""
