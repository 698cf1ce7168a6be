"""`nerloop demo`: the whole loop on one machine, with a Doccano of its own."""
