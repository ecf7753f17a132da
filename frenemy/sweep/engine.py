"""Where points are computed: Dask's workers, those of this machine or of a cluster."""

from __future__ import annotations

import gc
import logging
import uuid
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from itertools import islice
from typing import TYPE_CHECKING, Any

from frenemy.sweep.plan import key_of
from frenemy.sweep.point import Outcome, VersionError, measure

if TYPE_CHECKING:
    from distributed import Client

AHEAD = 8
"""So many points are under way for each core; the others wait here, whatever their number."""
DEATHS = 3
"""A point whose worker died so many times is given up."""
PATIENCE_SECONDS = 10
"""How long a cluster may take to answer."""
SETTINGS: dict[str, Any] = {
    "distributed.scheduler.allowed-failures": DEATHS - 1,
    # A worker is given nothing but what it runs: what waits beside would be blamed for its death.
    "distributed.scheduler.worker-saturation": 1.0,
    # On a busy machine a worker that died may need long to be there again; by default it is given
    # up after 15 seconds, and nobody would be left to compute.
    "distributed.deploy.lost-worker-timeout": "1 day",
    # A long product of matrices may hold the interpreter for minutes: that is no death.
    "distributed.scheduler.worker-ttl": None,
    # Looking at its stack a hundred times a second would cost a point some per cent, and so would
    # handing memory back after every array.
    "distributed.worker.profile.enabled": False,
    "distributed.nanny.pre-spawn-environ.MALLOC_TRIM_THRESHOLD_": 2**27,
    # Scheduler and workers also serve pages about themselves; nobody asked for those.
    "distributed.scheduler.http.routes": [],
    "distributed.worker.http.routes": [],
    "distributed.comm.timeouts.connect": f"{PATIENCE_SECONDS}s",
}


class ClusterError(OSError):
    """The workers cannot be reached, or are gone."""


@contextmanager
def workers(address: str = "", count: int | None = None) -> Iterator[Client]:
    """Workers, for as long as the context lasts.

    Parameters
    ----------
    address : of the scheduler of a cluster that is there, as ``tcp://host:8786``; without it,
        processes on this machine, which talk over loopback, encrypted and to nobody else.
    count : how many processes; one a core by default.

    Raises
    ------
    ClusterError
        If no cluster answers there, or it has no workers.
    """
    from dask import config
    from distributed import Client, LocalCluster, Security

    with config.set(SETTINGS):
        if address:
            with _reached(address) as client:
                yield client
            return
        security = Security.temporary()
        with LocalCluster(
            n_workers=count, threads_per_worker=1, processes=True, host="127.0.0.1",
            protocol="tls://", security=security, dashboard_address="127.0.0.1:0",
            silence_logs=logging.CRITICAL,
        ) as cluster, Client(cluster) as client:  # fmt: skip
            yield client


@contextmanager
def _reached(address: str) -> Iterator[Client]:
    from distributed import Client

    refused = None
    try:
        client = Client(address, timeout=PATIENCE_SECONDS)
    except (OSError, ValueError) as error:
        refused = str(error)
    if refused is not None:
        # A client that was begun closes itself when it is collected; while another one begins,
        # both would wait for the same lock for ever.
        gc.collect()
        raise ClusterError(
            f"no cluster answers at {address!r}: {refused}; start one with 'dask scheduler' and "
            "'dask worker', and give the scheduler's address, as in tcp://127.0.0.1:8786"
        )
    try:
        if not client.ncores():
            raise ClusterError(f"the cluster at {address} has no workers; start some with "
                               f"'dask worker {address}'")  # fmt: skip
        yield client
    finally:
        client.close()


def outcomes(
    client: Client, lesson: str, version: str, points: Iterable[Mapping[str, Any]]
) -> Iterator[Outcome]:
    """Compute points, and give each as soon as it is there.

    Parameters
    ----------
    lesson, version : its name and :func:`code_version`. points : knobs of each.

    Raises
    ------
    VersionError
        If a worker has another version.
    ClusterError
        If the cluster is gone.
    """
    from distributed import as_completed

    waiting, here = iter(points), uuid.uuid4().hex

    def send(some: int) -> list[Any]:
        return [
            client.submit(
                measure, lesson, version, key, knobs, key=f"{here}-{key}", pure=False
            )
            for knobs in islice(waiting, some)
            for key in [key_of(knobs)]
        ]  # fmt: skip

    running = as_completed(send(AHEAD * max(sum(client.ncores().values()), 1)))
    for future in running:
        running.update(send(1))
        yield _outcome(future)


def _outcome(future: Any) -> Outcome:
    """What became of a point.

    One whose worker died before its result was fetched is computed again meanwhile, which may
    also fail; ``as_completed(..., with_results=True)`` would then wait for it forever.
    """
    from distributed import KilledWorker

    key = future.key.partition("-")[2]
    try:
        outcome: Outcome = future.result()
        return outcome
    except VersionError:
        raise
    except KilledWorker as error:
        deaths = error.allowed_failures + 1
        told = f"its worker died {deaths} times, for want of memory perhaps"
        return Outcome(key, "lost", {}, told, 0.0)
    except Exception as error:  # whatever it is, the point tells it
        if future.status != "error":
            raise ClusterError(
                "the cluster is gone; what was computed is kept: resume with another"
            ) from None
        return Outcome(key, "failed", {}, f"{type(error).__name__}: {error}", 0.0)
