"""The course as pages that need nothing installed, and as a JupyterLab inside the reader's browser.

Sphinx makes the pages from the committed notebooks and their proven outputs. What is ours is the
step before it, a small extension, and a host of a few kB around the live figure's own script.
"""
