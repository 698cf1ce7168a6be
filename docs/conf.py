"""Sphinx's configuration; `make docs` builds the site from the pages in this folder.

Nothing is loaded from another server, neither while building nor while reading.
"""

from importlib.metadata import version as version_of

project = "nerloop"
release = version_of("nerloop")
version = release

extensions = ["myst_parser"]
source_suffix = {".md": "markdown"}
# Headings get the anchors that GitHub gives them, so that links work in both places.
myst_heading_anchors = 4

html_theme = "furo"
html_title = f"nerloop {release}"
html_show_copyright = False
html_show_sphinx = False
html_copy_source = False
html_use_index = False
html_static_path = ["static"]
html_css_files = ["tables.css"]
