"""How far a backup or its restoration has come."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, DownloadColumn, SpinnerColumn, TaskID, TextColumn, TimeElapsedColumn
from rich.progress import Progress as Bars


class Progress:
    """One line a stage, on a terminal only."""

    def __init__(self, bars: Bars) -> None:
        self._bars = bars
        self._task: TaskID | None = None

    def stage(self, what: str, total_bytes: int | None = None) -> None:
        """Begin with something else. total_bytes: how much there is to do, where that is known."""
        if self._task is not None:
            self._bars.update(self._task, visible=False)
        self._task = self._bars.add_task(what, total=total_bytes)

    def advance(self, count: int) -> None:
        """So many bytes more are done."""
        if self._task is not None:
            self._bars.advance(self._task, count)


@contextmanager
def shown_progress() -> Iterator[Progress]:
    """Progress on standard error while the block runs."""
    columns = (
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(),
        DownloadColumn(),
        TimeElapsedColumn(),
    )
    console = Console(stderr=True)
    with Bars(*columns, console=console, transient=True, disable=not sys.stderr.isatty()) as bars:
        yield Progress(bars)
