"""Fetching a pinned model when a person asked for it; models come over the network in no other way."""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from typing import Any

from desktop_app.core.cancellation import CancelToken
from desktop_app.core.errors import InputError, SyncError
from desktop_app.engines.catalogue import ModelFile, Offer
from desktop_app.engines.library import ENGINES, Installed, ModelLibrary, hashed
from desktop_app.engines.protocols import Progress

# read by huggingface_hub when it is imported: no second protocol, no account, no statistics
_PLAIN = {
    "HF_HUB_DISABLE_XET": "1",
    "HF_HUB_DISABLE_IMPLICIT_TOKEN": "1",
    "HF_HUB_DISABLE_TELEMETRY": "1",
    "HF_HUB_DISABLE_PROGRESS_BARS": "1",
}
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
    shutil.rmtree(folder / ".cache", ignore_errors=True)  # huggingface_hub's notes for going on
    return library.adopt(folder, offer.id, offer.kind, offer.files)


class _Meter:
    """Counts bytes, reports the share and asks for cancellation."""

    def __init__(self, cancel: CancelToken, progress: Progress | None, done: int, total: int) -> None:
        self.cancel = cancel
        self._progress = progress
        self._done = done
        self._total = max(1, total)

    def add(self, count: float) -> None:
        self.cancel.check()
        self._done += int(count)
        if self._progress is not None:
            self._progress(min(1.0, self._done / self._total))


def _fetch(offer: Offer, file: ModelFile, folder: Path, endpoint: str | None, meter: _Meter) -> None:
    for name, value in _PLAIN.items():
        os.environ.setdefault(name, value)
    import httpx
    from huggingface_hub import hf_hub_download
    from huggingface_hub.utils.tqdm import tqdm

    class Bar(tqdm):
        """huggingface_hub's only way of saying how far it is."""

        def update(self, n: float | None = 1) -> Any:
            meter.add(n or 0)
            return super().update(n)

    meter.cancel.check()
    try:
        path = Path(
            hf_hub_download(
                offer.repo,
                file.name,
                revision=offer.revision,
                local_dir=folder,
                endpoint=endpoint,
                token=False,
                tqdm_class=Bar,
            )
        )
    except (OSError, httpx.HTTPError, ValueError) as error:
        raise SyncError("model.download_failed", type(error).__name__, name=offer.id) from error
    if hashed(path, meter.cancel) != file:
        path.unlink()
        raise InputError("model.wrong_hash", name=offer.id, file=file.name)
