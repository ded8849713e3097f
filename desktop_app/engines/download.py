"""Fetching a pinned model when a person asked for it; models come over the network in no other way."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from desktop_app.core.cancellation import CancelToken
from desktop_app.core.errors import InputError, SyncError
from desktop_app.engines.catalogue import ModelFile, Offer
from desktop_app.engines.library import ENGINES, Installed, ModelLibrary, hashed
from desktop_app.engines.protocols import Progress

_TIMEOUT_S = 30.0  # without a byte
_BLOCK = 256 * 1024
_UNFINISHED = ".downloads"


def pull(
    offer: Offer,
    library: ModelLibrary,
    *,
    endpoint: str | None = None,
    cancel: CancelToken | None = None,
    progress: Progress | None = None,
) -> Installed:
    """Fetch a model, check every byte and install it; a download that broke off goes on where it stopped.

    Args:
        offer: from the catalogue.
        library: where it goes.
        endpoint: a mirror's address, `https://...`; the hub's own by default.
        cancel: stops it between two blocks; what came is kept for the next try.
        progress: called with the share of bytes that are there.

    Raises:
        InputError: `model.not_pinned` or `model.no_engine`; `model.wrong_hash` if other bytes came.
        SyncError: `model.download_failed`.
        DeviceError: the disk is full.
    """
    if not offer.pinned:
        raise InputError("model.not_pinned", name=offer.id)
    if ENGINES.get(offer.kind) != offer.engine:
        raise InputError("model.no_engine", name=offer.id, engine=offer.engine)
    cancel = cancel or CancelToken()
    library.require_space(offer.size)
    folder = library.folder / _UNFINISHED / f"{offer.id}-{offer.revision[:12]}"
    done = 0
    for file in offer.files:
        _fetch(offer, file, folder, endpoint, _Meter(cancel, progress, done, offer.size))
        done += file.size
    return library.adopt(folder, offer.id, offer.kind, offer.files)


class _Meter:
    """Counts bytes, reports the share and asks for cancellation."""

    def __init__(self, cancel: CancelToken, progress: Progress | None, done: int, total: int) -> None:
        self.cancel = cancel
        self._progress = progress
        self._done = done
        self._total = max(1, total)

    def add(self, count: int) -> None:
        self.cancel.check()
        self._done += count
        if self._progress is not None:
            self._progress(min(1.0, self._done / self._total))


def _fetch(offer: Offer, file: ModelFile, folder: Path, endpoint: str | None, meter: _Meter) -> None:
    """Bring one file into the folder, on from where an earlier try stopped; a wrong hash deletes it."""
    path = folder / file.name
    if not path.exists():
        folder.mkdir(parents=True, exist_ok=True)
        part = path.with_name(file.name + ".part")
        _receive(offer, file, part, endpoint, meter)
        part.rename(path)
    if hashed(path, meter.cancel) != file:
        path.unlink()
        raise InputError("model.wrong_hash", name=offer.id, file=file.name)


def _receive(offer: Offer, file: ModelFile, part: Path, endpoint: str | None, meter: _Meter) -> None:
    # huggingface_hub's own download throws a broken-off file away, which a village line never forgives;
    # so only its addresses are used
    import httpx
    from huggingface_hub import hf_hub_url

    url = hf_hub_url(offer.repo, file.name, revision=offer.revision, endpoint=endpoint)
    have = part.stat().st_size if part.exists() else 0
    headers = {"Range": f"bytes={have}-"} if have else {}
    try:
        with (
            httpx.Client(follow_redirects=True, timeout=_TIMEOUT_S) as client,
            client.stream("GET", url, headers=headers) as answer,
        ):
            if answer.status_code == httpx.codes.REQUESTED_RANGE_NOT_SATISFIABLE:
                part.unlink()
            answer.raise_for_status()
            goes_on = answer.status_code == httpx.codes.PARTIAL_CONTENT
            _append(answer.iter_raw(_BLOCK), part, have if goes_on else 0, file.size, meter)
    except (OSError, httpx.HTTPError, httpx.InvalidURL) as error:
        raise SyncError("model.download_failed", type(error).__name__, name=offer.id) from error


def _append(blocks: Iterator[bytes], part: Path, have: int, size: int, meter: _Meter) -> None:
    meter.add(have)
    with part.open("ab" if have else "wb") as out:
        for block in blocks:
            have += len(block)
            if have > size:
                break  # more than was promised: the hash will refuse it, the disk must not fill up
            out.write(block)
            meter.add(len(block))
        out.flush()
        os.fsync(out.fileno())
    if have < size:
        raise OSError("the line broke")
