"""Work shared out among processes: results in the order of the items, few under way, none lost with a process.

Each process has a pipe of its own, so that it is known what it had in hand when it dies, and it ends when the one
that gives the work is gone. Processes are started afresh (`spawn`), or by a server that was (`forkserver`, where the
system has it and it is safe): a copy of this process would inherit its threads and its open databases.
"""

from __future__ import annotations

import gc
import multiprocessing
import os
import signal
import sys
import traceback
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from itertools import islice
from multiprocessing.connection import Connection, wait
from pathlib import Path
from typing import Any, Generic, TypeVar

from baocao import messages
from baocao.errors import MissingError
from baocao.steps import AT_ONCE, Steps, side_by_side

T = TypeVar("T")
R = TypeVar("R")

CHUNK = AT_ONCE
"""Items that a process is given at once: passing them on costs little beside the work, and a stop waits for few."""

AHEAD = 2
"""Chunks that a process has at a time: one in work, one to go on with."""

WINDOW = 4
"""Chunks for each process that are under way, or done and waiting for their turn."""

MOST_DEATHS = 3
"""Items that may end their process one after the other before the machine is to blame and not the items."""

_METHOD = "spawn" if sys.platform in ("win32", "darwin") else "forkserver"


def processors() -> int:
    """Return how many processors this process may use, at least 1."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


class Pool(Generic[T, R]):
    """Processes that do one task; a context manager that ends them."""

    def __init__(self, task: Callable[[T], Steps[R]], lost: Callable[[T], R], jobs: int, preload: str) -> None:
        """Start the processes.

        Args:
            task: what is done with an item, beside others; it is sent to each process once, and may keep there what it
                needs.
            lost: what is returned for an item whose process died each time it was tried.
            jobs: how many processes, at least 1.
            preload: the module that the task needs, to be imported once for all processes where that can be.
        """
        self._task, self._lost = task, lost
        self._context: Any = multiprocessing.get_context(_METHOD)
        if _METHOD == "forkserver":
            self._context.set_forkserver_preload([preload])
        self._deaths = 0
        self._workers = [self._start() for _ in range(jobs)]

    def __enter__(self) -> Pool[T, R]:
        return self

    def __exit__(self, *_: object) -> None:
        for worker in self._workers:
            worker.pipe.close()
        for worker in self._workers:
            worker.end()

    def results(self, items: Iterable[T], stopped: Callable[[], bool]) -> Iterator[R]:
        """Yield the result of each item, in their order; once `stopped`, of those only that are under way.

        Raises:
            MissingError: one process after the other dies.
        """
        chunks, ready = enumerate(_chunks(items)), dict[int, list[R]]()
        turn = 0  # the chunk whose results are yielded next
        while True:
            for worker in self._workers:
                while self._has_room(worker, ready) and not stopped() and (numbered := next(chunks, None)):
                    worker.give(*numbered)
            if turn in ready:
                yield from ready.pop(turn)
                turn += 1
            elif not self._collect(ready, stopped):
                return

    def _start(self) -> _Worker[T]:
        return _Worker(self._context, self._task)

    def _has_room(self, worker: _Worker[T], ready: dict[int, list[R]]) -> bool:
        under_way = len(ready) + sum(len(other.in_hand) for other in self._workers)
        return len(worker.in_hand) < AHEAD and under_way < WINDOW * len(self._workers)

    def _collect(self, ready: dict[int, list[R]], stopped: Callable[[], bool]) -> bool:
        """Wait for results, and put them into `ready` by the numbers of their chunks; say whether there are any."""
        busy = {worker.pipe: place for place, worker in enumerate(self._workers) if worker.in_hand}
        for pipe in wait(list(busy)) if busy else ():
            place = busy[pipe]
            worker = self._workers[place]
            try:
                done = worker.take()
            except EOFError:
                self._workers[place] = self._start()
                worker.end()
                ready |= self._again(worker.in_hand, self._workers[place], stopped)
            else:
                ready[worker.in_hand.popleft()[0]] = done
        return bool(busy)

    def _again(
        self, in_hand: deque[tuple[int, list[T]]], successor: _Worker[T], stopped: Callable[[], bool]
    ) -> dict[int, list[R]]:
        """Do again what a dead process had in work; what it had not begun its successor gets."""
        if stopped():  # whoever stops us may have ended the processes, too
            return {number: [] for number, _ in in_hand}
        (number, chunk), *rest = in_hand
        for other in rest:
            successor.give(*other)
        return {number: list(self._one_by_one(chunk))}

    def _one_by_one(self, chunk: list[T]) -> Iterator[R]:
        """Do each item with no other in its process, so that a death is known to be its own."""
        worker = self._start()
        try:
            for item in chunk:
                worker.give(0, [item])
                try:
                    (result,) = worker.take()
                    self._deaths = 0
                except EOFError as error:
                    self._deaths += 1
                    if self._deaths == MOST_DEATHS:
                        raise MissingError([messages.processes_die()]) from error
                    worker.end()
                    worker = self._start()
                    result = self._lost(item)
                yield result
        finally:
            worker.end()


class _Worker(Generic[T]):
    """A process that works, as the one sees it that gives the work."""

    def __init__(self, context: Any, task: Callable[[T], Steps[Any]]) -> None:
        self.pipe, theirs = context.Pipe()
        self.in_hand: deque[tuple[int, list[T]]] = deque()
        """Chunks with their numbers, in the order of work."""
        self._process = context.Process(target=_serve, args=(theirs, task, Path.cwd()), daemon=True)
        self._process.start()
        theirs.close()

    def give(self, number: int, chunk: list[T]) -> None:
        """Have a chunk done after those in hand."""
        self.in_hand.append((number, chunk))
        with suppress(OSError):  # it is dead, and `take` will say so
            self.pipe.send(chunk)

    def take(self) -> list[Any]:
        """Wait for the results of the first chunk in hand.

        Raises:
            EOFError: the process is dead.
        """
        try:
            done, found = self.pipe.recv()
        except OSError as error:
            raise EOFError from error
        if not done:
            raise found
        return list(found)

    def end(self) -> None:
        """Let the process finish what it is at, and end."""
        self.pipe.close()
        self._process.join()
        self._process.close()


def _chunks(items: Iterable[T]) -> Iterator[list[T]]:
    source = iter(items)
    while chunk := list(islice(source, CHUNK)):
        yield chunk


# --- in the process that works -----------------------------------------------------------------------------------


def _serve(pipe: Connection[Any, Any], task: Callable[[Any], Steps[Any]], folder: Path) -> None:
    """Do one chunk after the other, until nobody gives any more."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # whether to stop is decided by the one that gives the work
    os.chdir(folder)  # a server of processes may have been started elsewhere
    gc.freeze()  # what was imported stays, and need not be looked through for garbage
    with suppress(EOFError, OSError):  # the other end is closed, or gone with its process
        while True:
            chunk = pipe.recv()
            answer = _done(task, chunk)
            pipe.send(answer)


def _done(task: Callable[[Any], Steps[Any]], chunk: list[Any]) -> tuple[bool, Any]:
    """Return whether a chunk could be done, and its results or the mistake in the program that was met."""
    try:
        return True, side_by_side(map(task, chunk))
    except Exception as error:
        error.add_note(traceback.format_exc())
        return False, error
