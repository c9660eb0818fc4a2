"""Settings of the server that cannot be said in JSON; JupyterLab reads this file by its name."""

import os

from course_tools.desk import ROOM
from course_tools.desk.saving import drop_widgets
from course_tools.jupyter import room

c = get_config()  # type: ignore[name-defined]  # noqa: F821 (Jupyter puts it here)
c.FileContentsManager.pre_save_hook = drop_widgets

if os.environ.get(ROOM):
    c.ServerApp.jpserver_extensions = {room.__name__: True}
    c.LabApp.extra_labextensions_path = [str(room.EXTENSIONS)]
