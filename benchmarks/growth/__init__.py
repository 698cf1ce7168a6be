"""How the cost of a pull, a check and a call grows with the number of documents.

`__main__` measures sizes in processes of their own, `measures` one size, `remote` is the Doccano.
"""
