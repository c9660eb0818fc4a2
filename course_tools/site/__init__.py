"""The course as pages that need nothing installed, as slides, and as a JupyterLab in the browser.

Sphinx makes the pages from the committed notebooks and their proven outputs. What is ours is the
step before it, a small extension, and a host of a few kB around the live figure's own script.
"""
