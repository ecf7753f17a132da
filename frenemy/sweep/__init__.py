"""Any lesson over a grid of knobs and seeds: on this machine, or on a cluster.

A sweep
    :func:`sweep` computes it, :class:`Plan` says which points it has, :class:`Axis` and
    :func:`parse_axis` what is varied.
Its store
    one SQLite file; :func:`read_runs` gives the :class:`Runs` in it, whose ``to_xarray`` and
    ``to_pandas`` are the results; :func:`code_version` is what a store must agree with.
Pictures of it
    :func:`chart`: a fact along one axis or over two, with intervals over the seeds.

Dask, xarray and pandas are imported when they are used.
"""

from frenemy.sweep.charts import chart
from frenemy.sweep.computation import sweep
from frenemy.sweep.engine import ClusterError
from frenemy.sweep.plan import Axis, Plan, parse_axis
from frenemy.sweep.point import Outcome, VersionError, code_version, measure
from frenemy.sweep.runs import Runs, read_runs
from frenemy.sweep.store import Store, StoreError

__all__ = [
    "Axis",
    "ClusterError",
    "Outcome",
    "Plan",
    "Runs",
    "Store",
    "StoreError",
    "VersionError",
    "chart",
    "code_version",
    "measure",
    "parse_axis",
    "read_runs",
    "sweep",
]
