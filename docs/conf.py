"""Settings of Sphinx; `python -m tools.docs` builds the site."""

from tinycnn.about import __version__

project = "tinycnn"
copyright = "the tinycnn authors"
release = version = __version__
extensions = ["myst_parser"]
myst_heading_anchors = 3
html_theme = "furo"
html_title = "tinycnn"
html_copy_source = False
html_show_sphinx = False
# Code that is no language of its own is left as it is.
highlight_language = "none"
