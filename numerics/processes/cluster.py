"""Independent tasks on the workers of a dask.distributed cluster, on this machine or on others.

Results are those of processes of this machine (`parallel`), whatever the order: the tasks are the same, and a worker whose
packages or files differ is refused. The parent alone writes to a store, so that a result is kept once it has come back.
"""

from __future__ import annotations

import logging
import pickle
import time
from asyncio import CancelledError
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from contextvars import ContextVar
from functools import partial
from queue import Empty, SimpleQueue
from typing import Any, Generic, NamedTuple, TypeAlias, TypeVar

from sparse_limits.numerics.limits import given_limit
from sparse_limits.numerics.printing.plain_text import many
from sparse_limits.numerics.processes.cluster_worker import Answer, carried, difference_of, installed, on_worker
from sparse_limits.numerics.processes.lost_tasks import CLOCK, GRACE, Failure, LostTaskError
from sparse_limits.numerics.processes.time_limit import interrupts_held
from sparse_limits.theory.input_error import InputError

Client: TypeAlias = Any  # of distributed, whose functions have no types
Future: TypeAlias = Any

Task = TypeVar("Task")
Result = TypeVar("Result")

ANSWER = 10.0  # seconds in which a scheduler must answer
FIRST_WORKER = 60.0  # seconds for the first worker to come
NO_WORKER = 300.0  # seconds for another one after the last one has left
LOOK = 1.0  # seconds after which workers are counted again
FETCH = 30.0  # seconds for what a worker sends back to arrive, once it is there
BUNDLE = 1.0  # seconds: so much work travels at once, since a journey takes some hundredths of a second
FAILURES = 1  # deaths of workers that a task outlives; a scheduler that runs elsewhere has a number of its own
WHERE = "expected the address of a dask scheduler such as tcp://127.0.0.1:8786, or local:4 for four workers here"


class Cluster(NamedTuple):
    """Where the tasks of a `with` block run; dashboard: the page on which the scheduler shows them."""

    address: str
    dashboard: str
    workers: int

    def __str__(self) -> str:
        return f"{self.address}, {many(self.workers, 'worker')}, dashboard {self.dashboard}"


_client: ContextVar[Client | None] = ContextVar("client", default=None)


def current_client() -> Client | None:
    """The client of the cluster on which tasks run here; None for processes of this machine."""
    return _client.get()


@contextmanager
def cluster(address: str) -> Iterator[Cluster]:
    """Run the tasks of the functions called in a `with` block on a dask.distributed cluster.

    `verify`, `mutate`, `study`, `sweep` and the networks of `predict` and `report` run there; arguments `jobs` have no effect.
    The results are those of one machine. A task whose worker dies, runs out of memory or passes its time limit is tried once
    more, on another worker if there is one (as often as the scheduler allows if the worker died), and then reported.

    Parameters
    ----------
    address : address of a scheduler, such as "tcp://127.0.0.1:8786", or "local:4" for a cluster of four workers on this machine

    Returns
    -------
    Context manager for a `Cluster`, the tuple (address, dashboard, workers).

    Raises
    ------
    InputError : for an address at which no scheduler answers, a scheduler without workers, workers whose packages or files are
        not those of this process, and where dask.distributed is not installed

    References
    ----------
    The documentation of dask.distributed.

    Examples
    --------
    >>> import sparse_limits as sl
    >>> with sl.cluster("local:0"):
    ...     sl.verify("N1")
    Traceback (most recent call last):
    ...
    sparse_limits.theory.input_error.InputError: cluster is 'local:0', expected from 1 to 1024 local workers
    """
    if not isinstance(address, str):
        raise InputError(f"cluster is {address!r:.60}, {WHERE}")
    try:
        distributed = _quiet_distributed()
    except ImportError:
        raise InputError("distributed is not installed, expected after pip install distributed bokeh") from None
    with ExitStack() as stack:
        place: Any = stack.enter_context(_local(_number(address))) if address.startswith("local:") else address
        try:
            client = stack.enter_context(distributed.Client(place, timeout=ANSWER, set_as_default=False))
        except (OSError, ValueError, TypeError, ImportError) as error:
            raise InputError(f"cluster is {address!r:.200}, where no scheduler answers, {WHERE}") from error
        token = _client.set(client)
        try:
            yield Cluster(client.scheduler.address, client.dashboard_link, _count_of_equal_workers(client))
        finally:
            _client.reset(token)


def _quiet_distributed() -> Any:
    """The package, which reads what to log when it is imported: what matters is said by errors of ours."""
    import dask

    logging.getLogger("asyncio").setLevel(logging.CRITICAL)
    with dask.config.set(logging={"distributed": "critical", "distributed.client": "critical", "tornado": "critical"}):
        import distributed
    return distributed


def _number(address: str) -> int:
    from sparse_limits.numerics.arguments import MOST_JOBS  # with numpy, which a command imports later (`allow_forks`)

    word = address.removeprefix("local:")
    if not word.isdecimal() or not 1 <= int(word[:9]) <= MOST_JOBS:
        raise InputError(f"cluster is {address!r:.200}, expected from 1 to {MOST_JOBS} local workers")
    return int(word)


@contextmanager
def _local(workers: int) -> Iterator[object]:
    """A cluster of this machine: one process and one thread for each worker, which Ctrl-C does not reach."""
    import dask
    from distributed import LocalCluster

    with interrupts_held(), dask.config.set({"distributed.scheduler.allowed-failures": FAILURES}):
        made = LocalCluster(  # type: ignore[no-untyped-call]
            n_workers=workers,
            threads_per_worker=1,
            memory_limit=0,  # as processes of this machine: a worker beyond its share would be stopped, and never go on
            dashboard_address="127.0.0.1:0",
            silence_logs=logging.CRITICAL,
        )
    with made:
        yield made


def _count_of_equal_workers(client: Client) -> int:
    """The number of workers. InputError if there is none, or one whose packages or files are not those of this process.

    The scheduler reads what is sent to workers, and so needs this package, too.
    """
    try:
        client.run_on_scheduler(installed)
    except (ImportError, AttributeError) as error:  # of another version it may lack what is asked
        raise _unequal("the scheduler", str(error)) from None
    try:
        client.wait_for_workers(1, timeout=FIRST_WORKER)
    except TimeoutError:
        raise InputError(
            f"cluster is {client.scheduler.address}, which has no worker, expected one within {FIRST_WORKER:g} s (dask worker ADDRESS)"
        ) from None
    try:
        found: dict[str, str] = client.run(difference_of, installed())
    except ModuleNotFoundError as error:
        raise _unequal("a worker", str(error)) from None
    for worker, difference in found.items():
        if difference:
            raise _unequal(worker, difference)
    return len(found)


def _fetched(future: Future) -> tuple[BaseException | None, Answer | None]:
    """The error of a bundle that has ended, or its answer; neither if the worker died with it and nothing comes for long."""
    if future.status == "lost":
        return None, None
    with suppress(TimeoutError):
        error = future.exception(timeout=FETCH)
        return error, None if error is not None else future.result(timeout=FETCH)
    return None, None


def _unequal(worker: str, difference: str) -> InputError:
    return InputError(f"cluster: on {worker} {difference:.300}, as here: results would not be comparable")


class _Bundle(NamedTuple, Generic[Task]):
    """Tasks under way, whether they were stopped before, and when at the latest they must have ended."""

    future: Future
    tasks: Sequence[Task]
    again: bool
    latest: float


class ClusterCrew(Generic[Task, Result]):
    """The workers of a cluster, the tasks that wait for one, and bundles under way: as many as the workers have threads.

    More would wait on a worker, and be blamed if it dies. Short tasks go in bundles; if the workers of a bundle die, its
    tasks go one by one.
    """

    def __init__(self, client: Client, function: Callable[[Task], Result], tasks: Sequence[Task], limit: float) -> None:
        self.client, self.limit = client, limit
        whole = isinstance(function, partial)
        self.waiting = list(reversed(tasks))
        self.again: list[tuple[Task, str]] = []  # tasks that were stopped, with the worker on which they were
        self.alone: list[Task] = []  # tasks of a bundle whose workers died
        self.done, self.took = 0, 0.0  # tasks that ended, and the seconds of all of them
        self.running: dict[str, _Bundle[Task]] = {}
        self.ended: SimpleQueue[Future] = SimpleQueue()
        self.threads: dict[str, int] = {}
        self.looked = self.had_worker = time.monotonic()
        self.lost = False
        self.function = self._asked(client.submit, carried, function, pure=False) if whole else function

    @property
    def busy(self) -> bool:
        return bool(self.waiting or self.again or self.alone or self.running)

    def forget_waiting(self) -> None:
        """Start no other task."""
        self.waiting, self.again, self.alone = [], [], []

    def start(self) -> None:
        """Give tasks to idle workers, those that were stopped to another worker than before if there is one."""
        self._count_workers()
        while len(self.running) < sum(self.threads.values()) and (self.again or self.alone or self.waiting):
            if self.again:
                task, before = self.again.pop()
                self._submit([task], True, [each for each in self.threads if each != before])
            elif self.alone:
                self._submit([self.alone.pop()], False, [])
            else:
                size = self._bundle()
                self._submit([self.waiting.pop() for _ in range(size)], False, [])

    def _bundle(self) -> int:
        """How many of the tasks that wait go together: those of `BUNDLE` seconds, and no more than leave some for all workers."""
        usual = BUNDLE * self.done / self.took if self.took > 0 else 1
        return max(1, min(int(usual), len(self.waiting) // (2 * max(1, sum(self.threads.values())))))

    def finished(self) -> Iterator[tuple[Task, Result | Failure]]:
        """What became of tasks since the last call; wait a moment if nothing has."""
        try:
            done = [self.ended.get(timeout=LOOK)]
        except Empty:
            return
        while not self.ended.empty():
            done.append(self.ended.get())
        for future in sorted(done, key=lambda each: each.status != "finished"):
            yield from self._outcome(future)

    def end(self) -> None:
        """Start nothing else; what is under way on a worker cannot be stopped there before its limit."""
        if not self.lost and self.running:
            with suppress(LostTaskError):  # the scheduler may have gone meanwhile
                self._asked(self.client.cancel, [each.future for each in self.running.values()])
        self.running.clear()

    def _submit(self, tasks: Sequence[Task], again: bool, where: list[str]) -> None:
        future = self._asked(
            self.client.submit,
            on_worker,
            self.function,
            tasks,
            self.limit,
            given_limit(),
            installed(),
            pure=False,
            workers=where or None,
            allow_other_workers=bool(where),
        )
        most = NO_WORKER + len(tasks) * (CLOCK * self.limit + GRACE)  # by then a worker has ended them, or itself
        self.running[future.key] = _Bundle(future, tasks, again, time.monotonic() + most)
        future.add_done_callback(self.ended.put)

    def _outcome(self, future: Future) -> Iterator[tuple[Task, Result | Failure]]:
        if future.status == "cancelled":
            raise self._gone("the scheduler is gone")
        _, tasks, again, _ = self.running.pop(future.key)
        error, answer = self._asked(_fetched, future)
        if error is not None and not (len(tasks) > 1 and _died(error)):
            yield from ((task, Failure(_meant(error))) for task in tasks)
            return
        if answer is None:
            self.alone += tasks
            return
        if answer.difference:
            raise _unequal(answer.worker, answer.difference)
        self.done, self.took = self.done + len(answer.outcomes), self.took + answer.seconds
        self.waiting += reversed(tasks[len(answer.outcomes) :])
        outcomes = zip(tasks, answer.outcomes, strict=False)
        for task, outcome in sorted(
            outcomes, key=lambda each: not isinstance(each[1], bytes)
        ):  # a failure may end the run
            if isinstance(outcome, LostTaskError) and not again:
                self.again.append((task, answer.worker))
            elif isinstance(outcome, LostTaskError):
                yield task, Failure(outcome)
            elif isinstance(outcome, Failure):
                yield task, Failure(_meant(outcome.error))
            else:
                yield task, pickle.loads(outcome)

    def _count_workers(self) -> None:
        """See who is there, now and then. LostTaskError if nobody is for long, or the scheduler does not answer."""
        now = time.monotonic()
        if self.threads and now - self.looked < LOOK:
            return
        everyone, self.threads = self._asked(self._workers)
        self.looked = now
        if self.threads or (everyone and self.running):
            self.had_worker = now
        elif now - self.had_worker > NO_WORKER:
            raise self._gone(f"no worker for {NO_WORKER:g} s")
        paused = len(everyone) > len(self.threads)  # it ends what it has begun, and keeps what it has not
        if paused and any(now > each.latest for each in self.running.values()):
            raise self._gone("a task that was sent to a worker was not begun there")

    def _workers(self) -> tuple[dict[str, int], dict[str, int]]:
        """The threads of all workers, and of those that take tasks: dask pauses one that has used most of its memory."""
        running = self.client.sync(self.client.scheduler.ncores_running)
        return dict(self.client.nthreads()), dict(running)

    def _asked(self, call: Callable[..., Any], *arguments: Any, **options: Any) -> Any:
        """What the cluster answers. LostTaskError if it does not; other errors are bugs of ours."""
        try:
            return call(*arguments, **options)
        except (OSError, CancelledError) as error:  # TimeoutError is one of the former
            raise self._gone("the scheduler is gone") from error
        except Exception as error:
            if self.client.status == "running":
                raise
            raise self._gone("the scheduler is gone") from error

    def _gone(self, why: str) -> LostTaskError:
        self.lost = True
        return LostTaskError(f"cluster: {why}, what was finished before is not lost")


def _meant(error: BaseException) -> BaseException:
    """An error of a task; that its workers died is said in words of ours."""
    if _died(error):
        return LostTaskError(f"the workers that ran it died, {getattr(error, 'allowed_failures', 0) + 1} of them")
    if isinstance(error, ModuleNotFoundError) and "sparse_limits" in str(error):
        return _unequal("a worker", str(error))
    return error


def _died(error: BaseException) -> bool:
    """Whether it says that the workers of a task died."""
    from distributed.scheduler import KilledWorker

    return isinstance(error, KilledWorker)
