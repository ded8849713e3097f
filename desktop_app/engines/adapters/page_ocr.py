"""Text on photographed pages with rapidocr's bundled models (PP-OCR on ONNX Runtime)."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import onnxruntime
import rapidocr
from numpy.typing import NDArray

from desktop_app.core.cancellation import CancelToken
from desktop_app.core.errors import EngineError
from desktop_app.core.records.sheets import Page, TextBox
from desktop_app.core.settings import Limits
from desktop_app.engines.adapters import page_image
from desktop_app.engines.adapters.page_image import Pixels
from desktop_app.engines.protocols import EngineInfo

Quad = NDArray[np.float64]  # 4 x 2, clockwise from the top left

DETECTION_SIDE = 1536  # pixels of the longest side when boxes are looked for; lines are read at full size
WIDE = 320 / 48  # width to height that the models were trained with; a lone mark reads surer so
LONE_MARKS = {"-": "-", "—": "-", "一": "-", "↑": "↑", "↓": "↓", "+": "+", "±": "±", "*": "*"}
LEAST_MARK = 0.5  # confidence from which a lone mark is shown at all; the row's checks ask for more
LONE_LINE = (1.5, 160)  # width to height, and pixels of height, of a picture that may be one line of text
NARROWEST = 160  # pixels to which a short line is padded; rapidocr's 320 takes half as long again for cells
LONG_LINE = 4.0  # width to height of a line whose direction the line classifier can be trusted with
VOTERS = 12  # long lines that vote on which way is up
VERTICAL = 3.0  # height to width of text that is written downwards; a lone `1` or `↑` stays below
STRAIGHT = 0.15  # degrees: less tilt than this isn't worth another interpolation


class RapidPageReader:
    """Reads pages; made once, models load with the first page.

    Single cells are never turned: the line classifier that does so read `98 ↓` as `↑86`, surely. It only
    votes, on long lines, about the page as a whole.

    Args:
        limits: what is refused as too large.
        threads: for the models; all cores, at most four, by default.
    """

    def __init__(self, limits: Limits | None = None, threads: int | None = None) -> None:
        self._limits = limits or Limits()
        self._threads = threads or min(4, os.cpu_count() or 1)
        self._loaded: Any = None
        self._hash = ""

    @property
    def info(self) -> EngineInfo:
        """Return rapidocr's version and the hash of its detection and recognition weights."""
        if not self._hash:
            folder = Path(rapidocr.__file__).parent / "models"
            digest = hashlib.sha256()
            for file in sorted(folder.glob("*.onnx")):
                digest.update(file.read_bytes())
            self._hash = digest.hexdigest()
        return EngineInfo(engine="rapidocr", model="PP-OCRv6-small", sha256=self._hash)

    def read(self, path: str, cancel: CancelToken) -> Page:
        """Return a page's text boxes in pixels of the flattened, upright, straight page.

        Raises:
            InputError: `image.*`, the file is no readable image or too large.
            EngineError: `image.engine`, the engine failed.
            Cancelled: the person stopped it.
        """
        data, pixels = page_image.load(path, self._limits)
        cancel.check()
        try:
            page, boxes, rotated, perspective = self._read(pixels, cancel)
        except (cv2.error, RuntimeError, ValueError, MemoryError) as error:
            raise EngineError("image.engine", type(error).__name__) from error
        return Page(
            image=Path(path).name,
            sha256=hashlib.sha256(data).hexdigest(),
            width=page.shape[1],
            height=page.shape[0],
            rotated=round(rotated, 1),
            perspective=perspective,
            boxes=boxes,
        )

    def corrected(self, path: str, cancel: CancelToken) -> bytes:
        """Return the page as `read` saw it, as a PNG file: what boxes are drawn on.

        Raises:
            InputError: as for `read`.
            EngineError: the engine failed.
            Cancelled: the person stopped it.
        """
        _, pixels = page_image.load(path, self._limits)
        cancel.check()
        try:
            page, _, _, _ = self._upright(pixels, cancel)
            return bytes(cv2.imencode(".png", page)[1].tobytes())
        except (cv2.error, RuntimeError, ValueError, MemoryError) as error:
            raise EngineError("image.engine", type(error).__name__) from error

    def _read(self, pixels: Pixels, cancel: CancelToken) -> tuple[Pixels, tuple[TextBox, ...], float, bool]:
        page, quads, rotated, perspective = self._upright(pixels, cancel)
        quads.sort(key=_aspect)  # lines of like length are padded to one width together
        boxes: list[TextBox] = []
        for start in range(0, len(quads), 24):  # a stop is answered between batches
            cancel.check()
            part = quads[start : start + 24]
            for quad, (text, score) in zip(part, self._texts(page, part), strict=True):
                if text.strip():
                    boxes.append(_text_box(text.strip(), score, quad))
        return page, (*boxes, *self._lone_marks(page, quads)), rotated, perspective

    def _lone_marks(self, page: Pixels, quads: list[Quad]) -> list[TextBox]:
        """Read what detection passed over; only marks are believed, never digits or letters."""
        marks = page_image.stray_marks(page, quads)
        lines = [page_image.widened(page_image.cut(page, mark), WIDE) for mark in marks]
        result = self._engine().recognize_txt(lines) if lines else None
        texts = zip(result.txts, result.scores, strict=True) if result else ()
        return [
            _text_box(LONE_MARKS[text], score, quad)
            for quad, (text, score) in zip(marks, texts, strict=False)
            if text in LONE_MARKS and score >= LEAST_MARK
        ]

    def _upright(self, pixels: Pixels, cancel: CancelToken) -> tuple[Pixels, list[Quad], float, bool]:
        flattened = page_image.flatten(pixels)
        page, quads = flattened.pixels, self._detect(flattened.pixels)
        cancel.check()
        if not quads:  # the outline may have cut out the wrong thing
            page, quads = pixels, self._detect(pixels)
            flattened = page_image.Flattened(pixels)
        quarters = 0
        if _stands_sideways(quads):
            page, quarters = page_image.turn(page, 1), 1
            quads = self._detect(page)
        cancel.check()
        if self._upside_down(page, quads):
            page, quarters = page_image.turn(page, 2), quarters + 2
            height, width = page.shape[:2]
            quads = [np.roll(np.array([width, height]) - quad, 2, axis=0) for quad in quads]
        tilt = _tilt(quads)
        if abs(tilt) > STRAIGHT:
            page, matrix = page_image.straighten(page, -tilt)
            quads = [_moved(quad, matrix) for quad in quads]
        rotated = quarters * 90.0 - tilt + flattened.turned
        return page, quads, (rotated + 179.99) % 360 - 179.99, flattened.perspective

    def _engine(self) -> Any:
        if self._loaded is None:
            self._loaded = rapidocr.RapidOCR(
                params={
                    "Global.log_level": "critical",
                    "Global.use_cls": False,
                    "Global.text_score": 0.0,
                    "Global.min_side_len": 1,
                    "Rec.rec_img_shape": [3, 48, NARROWEST],
                    "Global.max_side_len": DETECTION_SIDE * 2,
                    "EngineConfig.onnxruntime.intra_op_num_threads": self._threads,
                    "EngineConfig.onnxruntime.inter_op_num_threads": 1,
                }
            )
            onnxruntime.set_default_logger_severity(4)
        return self._loaded

    def _detect(self, page: Pixels) -> list[Quad]:
        scale = min(1.0, DETECTION_SIDE / max(page.shape[:2]))
        size = (max(32, round(page.shape[1] * scale)), max(32, round(page.shape[0] * scale)))
        small = cv2.resize(page, size, interpolation=cv2.INTER_AREA)
        found = self._engine()(small, use_det=True, use_cls=False, use_rec=False)
        if found.boxes is None:  # a single line that fills the picture has no surroundings to stand out from
            height, width = page.shape[:2]
            whole = np.array([[0, 0], [width, 0], [width, height], [0, height]], np.float64)
            return [whole] if width >= LONE_LINE[0] * height and height <= LONE_LINE[1] else []
        factor = np.array([page.shape[1] / size[0], page.shape[0] / size[1]])
        return [np.asarray(quad, np.float64) * factor for quad in found.boxes]

    def _texts(self, page: Pixels, quads: list[Quad]) -> list[tuple[str, float]]:
        lines = [page_image.cut(page, quad, upright=not _is_vertical(quad)) for quad in quads]
        result = self._engine().recognize_txt(lines)
        return list(zip(result.txts, result.scores, strict=True))

    def _upside_down(self, page: Pixels, quads: list[Quad]) -> bool:
        """Let long lines vote; before a page is turned over, both ways are read and the surer one wins."""
        long_lines = sorted((quad for quad in quads if _aspect(quad) >= LONG_LINE), key=_aspect)[-VOTERS:]
        voters = long_lines or sorted(quads, key=_aspect)[-VOTERS:]
        if not voters:
            return False
        lines = [page_image.cut(page, quad) for quad in voters]
        labels = self._engine().cls_and_rotate(lines)[1].cls_res
        against = sum("180" in label for label, _ in labels)
        if against * 3 < len(labels):
            return False
        upright = self._engine().recognize_txt(lines).scores
        turned = self._engine().recognize_txt([page_image.turn(line, 2) for line in lines]).scores
        return float(np.mean(turned)) > float(np.mean(upright))


def _text_box(text: str, score: float, quad: Quad) -> TextBox:
    corners = tuple((round(float(x), 1), round(float(y), 1)) for x, y in quad)
    return TextBox(text=text, confidence=round(float(score), 4), box=corners)


def _sides(quad: Quad) -> tuple[float, float]:
    width = (np.linalg.norm(quad[1] - quad[0]) + np.linalg.norm(quad[2] - quad[3])) / 2
    height = (np.linalg.norm(quad[3] - quad[0]) + np.linalg.norm(quad[2] - quad[1])) / 2
    return float(width), max(float(height), 1e-6)


def _aspect(quad: Quad) -> float:
    width, height = _sides(quad)
    return width / height


def _is_vertical(quad: Quad) -> bool:
    return _aspect(quad) < 1 / VERTICAL


def _stands_sideways(quads: list[Quad]) -> bool:
    """Tell whether most of the text's length runs downwards, whichever corner a box starts at."""
    down = across = 0.0
    for quad in quads:
        width, height = _sides(quad)
        long, short = max(width, height), min(width, height)
        if long > 1.5 * short:
            along = quad[1] - quad[0] if width >= height else quad[3] - quad[0]
            if abs(along[1]) > abs(along[0]):
                down += long
            else:
                across += long
    return down > 1.5 * across


def _tilt(quads: list[Quad]) -> float:
    """Return the lines' common slope in degrees, clockwise positive: the median of long lines."""
    slopes = []
    for quad in quads:
        if _aspect(quad) >= 3:
            along = (quad[1] - quad[0]) + (quad[2] - quad[3])
            slopes.append(float(np.degrees(np.arctan2(along[1], along[0]))))
    return float(np.median(slopes)) if slopes else 0.0


def _moved(quad: Quad, matrix: NDArray[np.float64]) -> Quad:
    points = np.hstack([quad, np.ones((4, 1))]) @ matrix.T
    return np.asarray(points[:, :2] / points[:, 2:], np.float64)
