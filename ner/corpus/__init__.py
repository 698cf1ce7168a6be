"""Reading, checking and comparing files with gold spans.

Entry points: `corpus.read_corpus`, `corpus.write_jsonl`, `corpus.fingerprint`, `shape.shape_of` and
`duplicates.find_duplicates`. `jsonl` and `conll` read the containers, `record` one JSON object. A
new format gets a module beside these, which `corpus.read_corpus` calls.
"""
