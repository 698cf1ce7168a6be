"""Model versions: one folder each, sealed by a manifest, and the registry that numbers them.

Entry points: `registry.Registry` (versions and champion of a project), `version.open_version`,
`version.seal`, `manifest.Manifest`, and `adoption.adopt` for a model that others trained.
"""
