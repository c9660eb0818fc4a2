"""The widget with which a learner chooses among a question's answers."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import anywidget
import traitlets

HERE = Path(__file__).parent


class Choice(anywidget.AnyWidget):
    """A question's choices in the browser, which needs no kernel to answer.

    Parameters
    ----------
    choices : mapping of str to str
        By letter, what one can choose, as HTML.
    beliefs : mapping of str to str
        By letter, what is folded below the buttons for who chooses that, as HTML; nothing for
        a letter of which there is nothing to say.
    kept : str
        What was chosen on another day. What is no choice counts for nothing.
    says : mapping of str to str
        What the widget says; where a letter belongs stands {}. "label" names the buttons, "ask"
        is said before a choice, "chosen" after it, "stands" once the answer has been opened, and
        "open" stands on what is folded.
    opened : bool
        Whether the answer has been opened, so that the choice stands.
    key : str
        What the question is called in a vote; nothing for one on which nobody votes.
    """

    _esm = HERE / "prediction.js"
    _css = HERE / "prediction.css"
    choices = traitlets.Dict().tag(sync=True)
    beliefs = traitlets.Dict().tag(sync=True)
    says = traitlets.Dict().tag(sync=True)
    chosen = traitlets.Unicode().tag(sync=True)
    opened = traitlets.Bool(False).tag(sync=True)
    key = traitlets.Unicode().tag(sync=True)

    def __init__(
        self,
        choices: Mapping[str, str],
        beliefs: Mapping[str, str],
        kept: str,
        says: Mapping[str, str],
        *,
        opened: bool = False,
        key: str = "",
    ) -> None:
        super().__init__(
            choices=dict(choices),
            beliefs=dict(beliefs),
            says=dict(says),
            chosen=kept if kept in choices else "",
            opened=opened,
            key=key,
        )

    @property
    def words(self) -> str:
        """What a notebook says where there is no widget."""
        *letters, last = self.choices
        name = self.says["label"]
        if self.chosen:
            return f"{name}: {self.chosen}."
        return f"{name}: {', '.join(letters)} or {last}? Run this cell to choose."

    def _repr_mimebundle_(self, **options: Any) -> tuple[dict[str, Any], dict[str, Any]]:
        """Give a notebook the widget, and words for where there is none."""
        live = super()._repr_mimebundle_(**options)
        widget = {} if live is None else live[0]
        words = {"text/plain": self.words, "text/markdown": f"*{self.words}*"}
        return {**widget, **words}, {}
