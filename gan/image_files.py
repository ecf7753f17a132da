"""Images from a user's own file: MNIST's idx format, gzipped or not, or NumPy's npz and npy."""

from __future__ import annotations

import gzip
import zipfile
import zlib
from pathlib import Path
from typing import IO, cast

import numpy as np

MOST_BYTES = 200_000_000
"""A file that unpacks to more is refused."""
MOST_PIXELS = 128
"""Of a side of an image."""
UNREADABLE = (
    ValueError, EOFError, KeyError, MemoryError, OverflowError, NotImplementedError, RuntimeError,
    TypeError, gzip.BadGzipFile, zipfile.BadZipFile, zlib.error,
)  # fmt: skip
"""What readers raise at files that are not what their names say."""
IMAGES, LABELS = ("images", "x_train", "x", "arr_0"), ("labels", "y_train", "y", "arr_1")
"""Names under which arrays of an npz are looked for, in this order."""


def read_images(path: str) -> tuple[np.ndarray, np.ndarray | None]:
    """Grey images ``(n, h, w)`` from 0 to 1, and their labels ``(n,)`` if the file has them.

    Nothing is unpickled.

    Raises
    ------
    ValueError
        If the file holds no images, or too much.
    OSError
        If it cannot be opened.
    """
    name = path.lower().removesuffix(".gz")
    try:
        if Path(path).stat().st_size > MOST_BYTES:
            raise ValueError(f"it is larger than {MOST_BYTES // 1_000_000} MB")
        if name.endswith((".npz", ".npy")):
            images, labels = _numpy(path)
        else:
            images, labels = _idx(path), None
        if images.dtype.kind not in "buif":
            raise ValueError(f"its images are of type {images.dtype}, not numbers")
    except UNREADABLE as error:
        raise ValueError(
            f"{path} must be an idx file as MNIST's, or an npz with an array 'images' of shape "
            f"(n, height, width); it cannot be used: {error}"
        ) from None
    if images.ndim != 3 or len(images) < 2 or min(images.shape[1:]) < 2:
        raise ValueError(f"{path} must hold images of shape (n, height, width); got {images.shape}")
    if max(images.shape[1:]) > MOST_PIXELS:
        raise ValueError(
            f"images in {path} must be of at most {MOST_PIXELS} by {MOST_PIXELS}; "
            f"got {images.shape[1]} by {images.shape[2]}"
        )
    grey = images.astype(float)
    low, high = float(grey.min()), float(grey.max())
    if not np.isfinite([low, high]).all() or low == high:
        raise ValueError(f"the grey values of {path} must be finite and not all the same")
    return (grey - low) / (high - low), labels if _name_digits(labels, len(images)) else None


def _name_digits(labels: np.ndarray | None, n: int) -> bool:
    """Whether there is a digit for each image."""
    if labels is None or labels.shape != (n,) or labels.dtype.kind not in "ui":
        return False
    return bool(((labels >= 0) & (labels <= 9)).all())


def _numpy(path: str) -> tuple[np.ndarray, np.ndarray | None]:
    with open(path, "rb") as handle:
        if zipfile.is_zipfile(handle):
            size = sum(part.file_size for part in zipfile.ZipFile(handle).infolist())
            if size > MOST_BYTES:
                raise ValueError(f"it unpacks to {size:,} bytes; {MOST_BYTES:,} are allowed")
        handle.seek(0)
        file = np.load(handle, allow_pickle=False)
        if isinstance(file, np.ndarray):
            return file, None
        images = next((file[name] for name in IMAGES if name in file), None)
        if images is None:
            raise ValueError(f"its arrays are {', '.join(file)}")
        return images, next((file[name] for name in LABELS if name in file), None)


def _idx(path: str) -> np.ndarray:
    """MNIST's format [lecun1998]_: two zeros, a type, the number of axes, their lengths, bytes."""
    with _opened(path) as file:
        head = file.read(4)
        if len(head) < 4 or head[:2] != b"\x00\x00" or head[2] != 8 or not 1 <= head[3] <= 3:
            raise ValueError("its head is not that of unsigned bytes in idx format")
        shape = tuple(np.frombuffer(file.read(4 * head[3]), ">u4").astype(int))
        size = int(np.prod(shape, dtype=float))
        if size > MOST_BYTES:
            raise ValueError(f"it holds {size:,} bytes, of which {MOST_BYTES:,} are allowed")
        raw = file.read(size)
    if len(raw) != size:
        raise ValueError(f"it ends after {len(raw):,} of {size:,} bytes")
    return np.frombuffer(raw, np.uint8).reshape(shape)


def _opened(path: str) -> IO[bytes]:
    packed = path.lower().endswith(".gz")
    return cast(IO[bytes], gzip.open(path) if packed else open(path, "rb"))
