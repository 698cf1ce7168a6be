"""Characters and tokens: units of offsets, tokens, windows, tags of gold spans.

Entry points: `offsets` (conversion between units), `encoding.Encoder` (a text to windows of token
ids), `windows` (default window and overlap), `extents` (what a token covers),
`placement` (spans as a source gives them) and `surrogates`.
"""
