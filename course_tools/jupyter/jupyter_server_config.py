"""Settings of the server that cannot be said in JSON; JupyterLab reads this file by its name."""

from course_tools.desk.saving import drop_widgets

c = get_config()  # type: ignore[name-defined]  # noqa: F821 (Jupyter puts it here)
c.FileContentsManager.pre_save_hook = drop_widgets
