"""Reading, checking and comparing files with gold spans; a module for each format.

Entry points: `corpus.read_corpus`, `corpus.write_jsonl`, `corpus.fingerprint` and
`duplicates.find_duplicates`. A new format gets a module beside `jsonl` and `conll`, which
`corpus.read_corpus` calls.
"""
