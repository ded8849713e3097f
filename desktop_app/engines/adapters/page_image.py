"""A photographed sheet to an upright, flat image: decoding with limits, page outline, geometry."""

from __future__ import annotations

import struct
import warnings
import zlib
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageOps, UnidentifiedImageError

from desktop_app.core.errors import InputError
from desktop_app.core.settings import Limits

Pixels = NDArray[np.uint8]  # height x width x 3, blue green red
Matrix = NDArray[np.float64]  # 3 x 3, from photo pixels to page pixels

FORMATS = ("PNG", "JPEG", "WEBP", "BMP", "TIFF")
# what Pillow's decoders raise on damaged files, gathered by flipping bits and truncating
DECODE_FAULTS = (
    OSError, ValueError, SyntaxError, EOFError, KeyError, IndexError, TypeError, AttributeError,
    OverflowError, ArithmeticError, NotImplementedError, RuntimeError, MemoryError, struct.error, zlib.error,
)  # fmt: skip
WORK_SIDE = 2600  # pixels: a sheet of 60 lines still has 25 per line; a 12-megapixel photo shrinks to a third
OUTLINE_SIDE = 700  # the outline is looked for on a thumbnail
OUTLINE_SHARE = (0.22, 0.97)  # of the photo's area that a sheet may cover
MARKED_LINES = 8  # a page with fewer lines is no table whose lone marks matter
MARK_DEPTH = 18  # grey levels by which ink is darker than the paper around it
MOST_MARKS = 40  # more lone specks than this are dirt
OUTLINE_CONTRAST = 28  # grey levels between the sheet's rim and the desk just outside


@dataclass(frozen=True, slots=True)
class Flattened:
    """A photo, the sheet in it cut out and flattened if its outline was clear.

    Attributes:
        perspective: whether it was.
        turned: degrees clockwise by which the sheet's upper edge was turned to lie level.
    """

    pixels: Pixels
    perspective: bool = False
    turned: float = 0.0


def load(path: str, limits: Limits) -> tuple[bytes, Pixels]:
    """Return an image file's bytes and its pixels, upright by its EXIF tag, at most `WORK_SIDE` on a side.

    Raises:
        InputError: missing, empty, damaged, too large, several pages, or not one of `FORMATS`.
    """
    data = _file_bytes(path, limits)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # damaged metadata warns; the pixels decide
        return data, _decode(data, limits)


def _file_bytes(path: str, limits: Limits) -> bytes:
    try:
        if Path(path).stat().st_size > limits.image_bytes:
            raise InputError("image.too_large", megabytes=limits.image_bytes // 1_000_000)
        data = Path(path).read_bytes()
    except (OSError, ValueError) as error:  # ValueError: a name with a null character
        raise InputError("image.missing", type(error).__name__) from error
    if not data:
        raise InputError("image.empty")
    return data


def _decode(data: bytes, limits: Limits) -> Pixels:
    try:
        with Image.open(BytesIO(data), formats=FORMATS) as image:
            _check_size(image, limits)
            image.draft("RGB", (WORK_SIDE, WORK_SIDE))  # a JPEG decoder shrinks while it decodes
            image.load()
            upright = ImageOps.exif_transpose(image)
            return _shrunk(_on_paper(upright))
    except UnidentifiedImageError as error:
        raise InputError("image.format") from error
    except Image.DecompressionBombError as error:
        raise InputError("image.too_large", megabytes=limits.image_bytes // 1_000_000) from error
    except DECODE_FAULTS as error:
        raise InputError("image.broken", type(error).__name__) from error


def _check_size(image: Image.Image, limits: Limits) -> None:
    width, height = image.size
    if max(width, height) > limits.image_side or width * height > limits.image_pixels:
        raise InputError("image.too_large", megabytes=limits.image_bytes // 1_000_000)
    if min(width, height) < 16:
        raise InputError("image.too_small")
    if getattr(image, "n_frames", 1) > 1:
        raise InputError("image.many_pages")


def _on_paper(image: Image.Image) -> Image.Image:
    """Lay transparent parts on white, or on black where the ink itself is light."""
    if image.mode.startswith("I;16"):
        return Image.fromarray((np.asarray(image) >> 8).astype(np.uint8)).convert("RGB")
    if "A" not in image.getbands() and "transparency" not in image.info:
        return image.convert("RGB")
    inked = image.convert("RGBA")
    pixels = np.asarray(inked)
    ink = pixels[pixels[..., 3] > 128][:, :3]
    light = bool(ink.size) and bool((pixels[..., 3] < 128).any()) and float(ink.mean()) > 200
    paper = Image.new("RGBA", inked.size, (0, 0, 0, 255) if light else (255, 255, 255, 255))
    return Image.alpha_composite(paper, inked).convert("RGB")


def _shrunk(image: Image.Image) -> Pixels:
    pixels: Any = np.asarray(image)[..., ::-1]
    longest = max(pixels.shape[:2])
    if longest > WORK_SIDE:
        scale = WORK_SIDE / longest
        size = (max(1, round(pixels.shape[1] * scale)), max(1, round(pixels.shape[0] * scale)))
        pixels = cv2.resize(np.ascontiguousarray(pixels), size, interpolation=cv2.INTER_AREA)
    return np.ascontiguousarray(pixels, dtype=np.uint8)


def flatten(pixels: Pixels) -> Flattened:
    """Cut out the sheet and take its perspective away when its outline is clearly there."""
    corners = outline(pixels)
    if corners is None:
        return Flattened(pixels)
    top, right, bottom, left = (float(np.linalg.norm(corners[(i + 1) % 4] - corners[i])) for i in range(4))
    width, height = round(max(top, bottom)), round(max(left, right))
    target = np.array([[0, 0], [width, 0], [width, height], [0, height]], np.float32)
    matrix = cv2.getPerspectiveTransform(corners.astype(np.float32), target)
    flat = cv2.warpPerspective(pixels, matrix, (width, height), flags=cv2.INTER_CUBIC)
    across = (corners[1] - corners[0]) + (corners[2] - corners[3])
    turned = -float(np.degrees(np.arctan2(across[1], across[0])))
    return Flattened(np.asarray(flat, np.uint8), perspective=True, turned=turned)


def outline(pixels: Pixels) -> NDArray[np.float64] | None:
    """Return the sheet's four corners, clockwise from the top left, or None where it isn't clear.

    A bright region with four straight sides that covers a good part of the photo and stands out from what
    lies around it. A table's own frame doesn't: what is outside it is as bright as what is inside.
    """
    height, width = pixels.shape[:2]
    scale = OUTLINE_SIDE / max(height, width)
    small = cv2.resize(pixels, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    grey = cv2.GaussianBlur(cv2.cvtColor(small, cv2.COLOR_BGR2GRAY), (5, 5), 0)
    ink_free = cv2.morphologyEx(grey, cv2.MORPH_CLOSE, np.ones((15, 15), np.uint8))
    _, bright = cv2.threshold(ink_free, 0, 255, cv2.THRESH_BINARY + cv2.THRESH_OTSU)
    bright = cv2.morphologyEx(bright, cv2.MORPH_OPEN, np.ones((9, 9), np.uint8))
    contours, _ = cv2.findContours(bright, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_SIMPLE)
    if not contours:
        return None
    quad = _quadrilateral(max(contours, key=cv2.contourArea), grey.shape[0] * grey.shape[1])
    if quad is None or not _stands_out(ink_free, quad):
        return None
    return quad / scale


def _quadrilateral(contour: Any, area: int) -> NDArray[np.float64] | None:
    hull = cv2.convexHull(contour)
    covered = cv2.contourArea(hull)
    if not OUTLINE_SHARE[0] * area < covered < OUTLINE_SHARE[1] * area:
        return None
    if cv2.contourArea(contour) < 0.93 * covered:
        return None
    corners = cv2.approxPolyDP(hull, 0.02 * cv2.arcLength(hull, True), True)
    if len(corners) != 4 or cv2.contourArea(corners) < 0.96 * covered:
        return None
    quad = _clockwise(corners.reshape(4, 2).astype(np.float64))
    for index in range(4):
        before, after = quad[index - 1] - quad[index], quad[(index + 1) % 4] - quad[index]
        cosine = float(before @ after / (np.linalg.norm(before) * np.linalg.norm(after) + 1e-9))
        if abs(cosine) > 0.5:  # a corner outside 60 to 120 degrees is no sheet seen from above
            return None
    return quad


def _clockwise(corners: NDArray[np.float64]) -> NDArray[np.float64]:
    middle = corners.mean(axis=0)
    angles = np.arctan2(corners[:, 1] - middle[1], corners[:, 0] - middle[0])
    ordered = corners[np.argsort(angles)]
    return np.roll(ordered, -int(np.argmin(ordered.sum(axis=1))), axis=0)


def _stands_out(grey: NDArray[Any], quad: NDArray[np.float64]) -> bool:
    inside = np.zeros(grey.shape, np.uint8)
    cv2.fillConvexPoly(inside, quad.astype(np.int32), 255)
    inner = cv2.erode(inside, np.ones((21, 21), np.uint8))
    outer = cv2.dilate(inside, np.ones((31, 31), np.uint8)) - cv2.dilate(inside, np.ones((9, 9), np.uint8))
    rim, desk = (inside > 0) & (inner == 0), outer > 0
    if desk.sum() <= 0.3 * rim.sum():  # runs along the photo's own border
        return False
    return bool(grey[rim].mean() - grey[desk].mean() > OUTLINE_CONTRAST)


def turn(pixels: Pixels, quarters: int) -> Pixels:
    """Turn clockwise by quarter turns."""
    return np.ascontiguousarray(np.rot90(pixels, -quarters % 4))


def straighten(pixels: Pixels, degrees: float) -> tuple[Pixels, Matrix]:
    """Turn clockwise by a few degrees on paper white; also return the matrix that moves points along."""
    height, width = pixels.shape[:2]
    matrix = cv2.getRotationMatrix2D((width / 2, height / 2), -degrees, 1.0)
    cosine, sine = abs(matrix[0, 0]), abs(matrix[0, 1])
    size = (int(height * sine + width * cosine), int(height * cosine + width * sine))
    matrix[0, 2] += size[0] / 2 - width / 2
    matrix[1, 2] += size[1] / 2 - height / 2
    turned = cv2.warpAffine(
        pixels,
        matrix,
        size,
        flags=cv2.INTER_CUBIC,
        borderMode=cv2.BORDER_CONSTANT,
        borderValue=(250, 250, 250),
    )
    return np.asarray(turned, np.uint8), np.vstack([matrix, [0.0, 0.0, 1.0]]).astype(np.float64)


def cut(pixels: Pixels, quad: NDArray[np.float64], upright: bool = True) -> Pixels:
    """Cut one line of text out, never turned upside down; a vertical line (`upright` false) is laid down."""
    width = max(2, round(max(np.linalg.norm(quad[1] - quad[0]), np.linalg.norm(quad[2] - quad[3]))))
    height = max(2, round(max(np.linalg.norm(quad[3] - quad[0]), np.linalg.norm(quad[2] - quad[1]))))
    target = np.array([[0, 0], [width, 0], [width, height], [0, height]], np.float32)
    matrix = cv2.getPerspectiveTransform(quad.astype(np.float32), target)
    line = cv2.warpPerspective(
        pixels, matrix, (width, height), flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE
    )
    return np.asarray(line if upright else np.rot90(line), np.uint8)


def widened(line: Pixels, aspect: float) -> Pixels:
    """Return a cut line with neutral grey on its right, at least `aspect` times as wide as high."""
    missing = round(line.shape[0] * aspect) - line.shape[1]
    grey = (127, 127, 127)
    wide = cv2.copyMakeBorder(line, 0, 0, 0, max(0, missing), cv2.BORDER_CONSTANT, value=grey)
    return np.asarray(wide, np.uint8)


def stray_marks(page: Pixels, quads: list[NDArray[np.float64]]) -> list[NDArray[np.float64]]:
    """Return boxes round lone small prints that text detection passes over: a `-`, a thin arrow.

    A print stands alone inside the text area, is no larger than a letter, and has no neighbour within a
    letter's width: the dots of a leader line and the edges of letters stay out. Dirty pages have none.
    """
    if len(quads) < MARKED_LINES:
        return []
    letter = float(np.median([np.linalg.norm(quad[3] - quad[0]) for quad in quads]))
    grey = cv2.GaussianBlur(cv2.cvtColor(page, cv2.COLOR_BGR2GRAY), (3, 3), 0)
    window = max(3, int(2 * letter) | 1)
    ink = cv2.adaptiveThreshold(
        grey, 255, cv2.ADAPTIVE_THRESH_MEAN_C, cv2.THRESH_BINARY_INV, window, MARK_DEPTH
    )
    known = np.zeros(ink.shape, np.uint8)
    for quad in quads:
        cv2.fillConvexPoly(known, np.rint(quad).astype(np.int32), (255,))
    near = int(0.8 * letter)
    around = cv2.dilate(known, np.ones((1, 2 * near + 1), np.uint8))
    _, _, stats, centres = cv2.connectedComponentsWithStats(ink)
    points = np.concatenate(quads)
    (left, top), (right, bottom) = points.min(axis=0), points.max(axis=0)
    found = []
    for (x, y, width, height, area), (cx, cy) in zip(stats[1:], centres[1:], strict=True):
        inside = left <= x and x + width <= right and top <= y and y + height <= bottom
        small = width <= letter and height <= 1.1 * letter and max(width, height) >= 0.17 * letter
        if inside and small and area >= 0.015 * letter**2 and not around[int(cy), int(cx)]:
            found.append((float(cx), float(cy), float(width)))
    alone = [one for one in found if sum(_beside(one, other, letter) for other in found) == 1]  # itself
    if len(alone) > MOST_MARKS:
        return []
    return [_mark_box(mark, letter) for mark in alone]


def _beside(one: tuple[float, float, float], other: tuple[float, float, float], letter: float) -> bool:
    return abs(one[1] - other[1]) < letter and abs(one[0] - other[0]) < 1.5 * letter


def _mark_box(mark: tuple[float, float, float], letter: float) -> NDArray[np.float64]:
    x, y, width = mark
    half, tall = width / 2 + 0.3 * letter, 0.5 * letter
    return np.array([[x - half, y - tall], [x + half, y - tall], [x + half, y + tall], [x - half, y + tall]])
