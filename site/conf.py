"""Sphinx's settings for the course's pages. `make site` calls Sphinx; nothing is executed here."""

import os
from pathlib import Path

from course_tools.site.settings import HERE, read_settings

settings = read_settings()

project = settings.title
html_title = settings.title
html_baseurl = settings.address
language = "en"
smartquotes = False  # the words are those of the notebooks, sign by sign
root_doc = "index"

# What the build has written to be published beside the pages.
published = Path(os.environ["COURSE_STATIC"])
html_static_path = [str(HERE / "static"), str(published)]


def if_published(name: str) -> list[str]:
    """Return the name of a file, if the build has written it."""
    return [name] if (published / name).exists() else []


extensions = ["myst_nb", "course_tools.site.extension"]
templates_path = [str(HERE / "templates")]

# Notebooks are shown with the outputs that are stored in them, and that the tests have proven.
nb_execution_mode = "off"
nb_merge_streams = True
nb_render_markdown_format = "gfm"
nb_code_prompt_show = "Show the code"
nb_code_prompt_hide = "Hide the code"
nb_ipywidgets_js = {}
myst_enable_extensions = ["dollarmath"]
myst_dmath_double_inline = True  # a formula of its own line ends no paragraph
myst_all_links_external = True  # the extension leads them to pages

html_theme = "furo"
html_theme_options = {
    "light_css_variables": {
        "color-brand-primary": "#004488",  # the blue of the figures
        "color-brand-content": "#004488",
        "color-brand-visited": "#4d2a80",
    },
    "dark_css_variables": {
        "color-brand-primary": "#8fbdf0",
        "color-brand-content": "#8fbdf0",
        "color-brand-visited": "#c3a9ee",
    },
}
html_math_renderer = "written"
html_css_files = ["katex.css", "course.css", *if_published("page.css")]
html_js_files = ["course.js", *if_published("page.js")]
html_copy_source = False
html_show_sourcelink = False
html_use_index = False
html_show_sphinx = False
html_show_copyright = False
html_favicon = "static/icon.svg"
html_permalinks_icon = "#"
pygments_style = "a11y-high-contrast-light"
pygments_dark_style = "a11y-high-contrast-dark"
