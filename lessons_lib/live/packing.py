"""What travels to the browser beside the layouts: numbers, looks and words of what moves."""

from __future__ import annotations

from typing import Any

from lessons_lib.live.parts import Goal
from lessons_lib.live.scene import Scene, Source
from lessons_lib.live.sentences import pieces
from lessons_lib.live.table import Table, pack


def spec_and_table(scene: Scene) -> tuple[dict[str, Any], bytes]:
    """Return everything that the browser needs to know in either layout, and the table.

    Raises ValueError if the table is over its budget.
    """
    figure, goal = scene.figure, scene.goal
    places, buffer = pack(scene.tables)
    artists = [_artist(scene, number) for number in range(len(scene.moving))]
    return {
        "title": " ".join(ax.get_title() + "." for ax in figure.axes),
        "controls": [
            {"name": c.name, "label": c.label, "kind": c.kind, "start": c.start}
            | {"values": list(c.values), "labels": list(c.labels)}
            for c in scene.controls
        ],
        "tables": places,
        "streamed": len(scene.computed),
        "artists": sorted(artists, key=lambda artist: artist["zorder"]),
        "readouts": {name: _reference(scene, source) for name, source in scene.readouts.items()},
        "words": pieces(scene.words),
        "goal": goal and _goal(goal),
    }, buffer


def _goal(goal: Goal) -> dict[str, Any]:
    """Say what is to be reached, and what to say to whoever has not reached it for a while."""
    told = {"text": goal.text, "conditions": list(goal.conditions)}
    return told | {"hint": goal.hint, "after": goal.after}


def _artist(scene: Scene, number: int) -> dict[str, Any]:
    """Say how a moving artist looks, and where its numbers are."""
    each, (x, y) = scene.moving[number], scene.coordinates[number]
    return scene.looks[number] | {
        "axes": scene.figure.axes.index(each.axes),
        "clip": each.artist.get_clip_on(),
        "zorder": each.artist.get_zorder(),
        "label": each.label,
        "show": each.show,
        "steps": None if each.show == "all" else scene.position("step"),
        "x": _reference(scene, x),
        "y": _reference(scene, y),
        "text": pieces(each.text),
        "drag": [scene.position(name) for name in each.drag.split()],
    }


def _reference(scene: Scene, source: Source) -> dict[str, int]:
    """Say which table has the numbers, or which of the kernel's buffers."""
    if isinstance(source, Table):
        return {"table": scene.tables.index(source)}
    return {"streamed": scene.computed.index(source)}
