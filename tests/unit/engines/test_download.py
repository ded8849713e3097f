"""Fetching from a server on this machine that speaks the hub's protocol."""

import hashlib
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from desktop_app.core.cancellation import CancelToken
from desktop_app.core.errors import Cancelled, InputError, SyncError
from desktop_app.engines.catalogue import ModelFile, Offer
from desktop_app.engines.download import pull
from desktop_app.engines.library import ModelLibrary

REVISION = "1234567890" * 4


@dataclass
class Hub:
    """What the server serves, and what it was asked."""

    files: dict[str, bytes]
    address: str = ""
    cut_after: int | None = None  # bytes of a body, then the line breaks
    ranges: list[str] = field(default_factory=list)
    requests: list[str] = field(default_factory=list)


def handler(hub: Hub) -> type[BaseHTTPRequestHandler]:  # noqa: C901  (a server in one place)
    class Handler(BaseHTTPRequestHandler):
        def do_HEAD(self) -> None:
            self.answer(body=False)

        def do_GET(self) -> None:
            self.answer(body=True)

        def answer(self, *, body: bool) -> None:
            hub.requests.append(f"{self.command} {self.path}")
            prefix = f"/org/repo/resolve/{REVISION}/"
            data = hub.files.get(self.path.removeprefix(prefix)) if self.path.startswith(prefix) else None
            if data is None:
                self.send_response(404)
                self.send_header("X-Error-Code", "EntryNotFound")
                self.send_header("Content-Length", "0")
                self.end_headers()
                return
            start = int((self.headers.get("Range") or "bytes=0-").removeprefix("bytes=").split("-")[0])
            if start >= len(data):
                self.send_response(416)
                self.send_header("Content-Length", "0")
                self.end_headers()
                return
            if start:
                hub.ranges.append(self.headers["Range"])
            self.send_response(206 if start else 200)
            self.send_header("X-Repo-Commit", REVISION)
            self.send_header("ETag", f'"{hashlib.sha256(data).hexdigest()}"')
            self.send_header("Accept-Ranges", "bytes")
            if start:
                self.send_header("Content-Range", f"bytes {start}-{len(data) - 1}/{len(data)}")
            self.send_header("Content-Length", str(len(data) - start))
            self.end_headers()
            if body:
                self.send(data[start:])

        def send(self, data: bytes) -> None:
            if hub.cut_after is not None:
                data = data[: hub.cut_after]
            try:
                self.wfile.write(data)
            except OSError:
                return
            if hub.cut_after is not None:
                self.connection.close()

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002
            return

    return Handler


@pytest.fixture
def hub(gguf: Path) -> Iterator[Hub]:
    served = Hub({"weights.gguf": gguf.read_bytes() + bytes(12_000_000)})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler(served))
    served.address = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield served
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture
def library(tmp_path: Path) -> ModelLibrary:
    return ModelLibrary(tmp_path / "models")


def offer(hub: Hub) -> Offer:
    files = tuple(
        ModelFile(name=name, size=len(data), sha256=hashlib.sha256(data).hexdigest())
        for name, data in hub.files.items()
    )
    return Offer(
        id="tiny",
        kind="language",
        engine="llama.cpp",
        title="",
        repo="org/repo",
        revision=REVISION,
        licence="MIT",
        memory_mb=1,
        files=files,
    )


def test_a_model_is_fetched_checked_and_installed(hub: Hub, library: ModelLibrary) -> None:
    shares: list[float] = []
    model = pull(offer(hub), library, endpoint=hub.address, progress=shares.append)
    assert model.id == "tiny"
    assert library.verify("tiny") == ()
    assert library.find("language").name == "tiny"
    assert shares == sorted(shares)
    assert {item.name for item in (library.folder / "tiny").iterdir()} == {"weights.gguf", "manifest.json"}
    assert all(REVISION in request for request in hub.requests)


def test_a_broken_download_goes_on_where_it_stopped(hub: Hub, library: ModelLibrary) -> None:
    cancel = CancelToken()

    def stop(share: float) -> None:
        if share > 0.5:
            cancel.cancel()

    with pytest.raises(Cancelled):
        pull(offer(hub), library, endpoint=hub.address, cancel=cancel, progress=stop)
    assert library.installed() == ()
    pull(offer(hub), library, endpoint=hub.address)
    assert hub.ranges  # the second try asked for the rest only
    assert library.verify("tiny") == ()


def test_a_line_that_breaks_keeps_what_came(hub: Hub, library: ModelLibrary) -> None:
    hub.cut_after = 5_000_000
    for tried in (1, 2):
        with pytest.raises(SyncError):
            pull(offer(hub), library, endpoint=hub.address)
        assert len(hub.ranges) == tried - 1
    hub.cut_after = None
    pull(offer(hub), library, endpoint=hub.address)
    first, second = (int(item.removeprefix("bytes=").rstrip("-")) for item in hub.ranges)
    assert 4_000_000 < first <= 5_000_000 < 9_000_000 < second <= 10_000_000
    assert library.verify("tiny") == ()


def test_a_part_that_is_too_long_is_thrown_away(hub: Hub, library: ModelLibrary) -> None:
    wanted = offer(hub)
    folder = library.folder / ".downloads" / f"tiny-{REVISION[:12]}"
    folder.mkdir(parents=True)
    (folder / "weights.gguf.part").write_bytes(bytes(wanted.size + 10))
    with pytest.raises((SyncError, InputError)):
        pull(wanted, library, endpoint=hub.address)
    pull(wanted, library, endpoint=hub.address)
    assert library.verify("tiny") == ()


def test_other_bytes_than_the_pinned_are_deleted(hub: Hub, library: ModelLibrary) -> None:
    wanted = offer(hub)
    hub.files["weights.gguf"] = b"GGUF" + bytes(len(hub.files["weights.gguf"]) - 4)
    with pytest.raises(InputError) as caught:
        pull(wanted, library, endpoint=hub.address)
    assert caught.value.code == "model.wrong_hash"
    assert library.installed() == ()
    assert not list(library.folder.rglob("weights.gguf"))


def test_a_missing_file_is_a_failed_download(hub: Hub, library: ModelLibrary) -> None:
    wanted = offer(hub)
    hub.files.clear()
    with pytest.raises(SyncError) as caught:
        pull(wanted, library, endpoint=hub.address)
    assert caught.value.code == "model.download_failed"


def test_no_network_is_a_failed_download(hub: Hub, library: ModelLibrary) -> None:
    with pytest.raises(SyncError):
        pull(offer(hub), library, endpoint="http://hub.invalid")


def test_an_offer_that_is_not_pinned_asks_nobody(hub: Hub, library: ModelLibrary) -> None:
    with pytest.raises(InputError) as caught:
        pull(replace(offer(hub), revision=""), library, endpoint=hub.address)
    assert caught.value.code == "model.not_pinned"
    with pytest.raises(InputError) as caught:
        pull(replace(offer(hub), engine="sherpa-onnx"), library, endpoint=hub.address)
    assert caught.value.code == "model.no_engine"
    assert hub.requests == []
