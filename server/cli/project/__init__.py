"""Commands for one project: connect, status, collect, retrain, import, tokens, forget."""
