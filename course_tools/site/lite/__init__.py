"""The course in a JupyterLab that runs inside the reader's browser: `lite/`, beside the pages.

JupyterLite makes the page, Pyodide is its Python. Ours are the list of what both consist of, the
notebooks, and a start page. Every file is served by the site itself.
"""

from course_tools.site.lite.building import build

__all__ = ["build"]
