"""The page engine on real files: the bundled photo, and files that are broken in every way."""

from __future__ import annotations

import io
import json
import random
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from desktop_app.core import paths
from desktop_app.core.cancellation import CancelToken
from desktop_app.core.errors import Cancelled, InputError
from desktop_app.core.settings import Limits
from desktop_app.engines.adapters import page_image, page_ocr
from desktop_app.engines.adapters.page_ocr import RapidPageReader
from desktop_app.insight.eval_read import evaluate, score
from desktop_app.reading import read_sheet

SAMPLE = paths.resources() / "samples" / "lab_sheet.jpg"


@pytest.fixture(scope="module")
def reader() -> RapidPageReader:
    return RapidPageReader(threads=2)


def picture(width: int = 320, height: int = 240) -> Image.Image:
    ramp = np.tile(np.linspace(0, 255, width, dtype=np.uint8), (height, 1))
    return Image.fromarray(np.dstack([ramp, ramp[:, ::-1], ramp]))


def encoded(image: Image.Image, kind: str, **options: object) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, kind, **options)
    return buffer.getvalue()


def refusal(tmp_path: Path, data: bytes, limits: Limits | None = None) -> str:
    path = tmp_path / "picture.bin"
    path.write_bytes(data)
    with pytest.raises(InputError) as caught:
        page_image.load(str(path), limits or Limits())
    return caught.value.code


def test_the_bundled_sheet_is_read_whole(reader: RapidPageReader) -> None:
    truth = json.loads(SAMPLE.with_suffix(".json").read_text("utf-8"))
    page = reader.read(str(SAMPLE), CancelToken())
    sheet = read_sheet(page)
    result = score("sample", truth, sheet)
    assert (result.rows, result.right, result.wrong_accepted, result.missing) == (14, 14, 0, 0)
    assert result.accepted == 14, result.misses
    assert result.header_right == 4
    assert page.perspective
    flags = {row.analyte: (row.value, row.flag.value) for row in sheet.rows}
    assert flags["hemoglobin"] == (98.0, "low")
    assert flags["c_reactive_protein"] == (32.6, "high")
    assert "示例" in "".join(sheet.text)


def test_upside_down_and_sideways_read_the_same(reader: RapidPageReader, tmp_path: Path) -> None:
    """Single cells stay as they are; the page as a whole is turned."""
    with Image.open(SAMPLE) as photo:
        turned = photo.rotate(180)
        turned.save(tmp_path / "turned.png")
    sheet = read_sheet(reader.read(str(tmp_path / "turned.png"), CancelToken()))
    assert abs(sheet.rotated) > 170
    assert {row.analyte: row.value for row in sheet.rows}["hemoglobin"] == 98.0
    assert len(sheet.rows) == 14


def test_a_blank_page_is_text_without_lines(reader: RapidPageReader, tmp_path: Path) -> None:
    Image.new("RGB", (400, 300), "white").save(tmp_path / "blank.png")
    page = reader.read(str(tmp_path / "blank.png"), CancelToken())
    assert (page.boxes, read_sheet(page).kind) == ((), "text")


def test_stopped_before_it_starts(reader: RapidPageReader) -> None:
    cancel = CancelToken()
    cancel.cancel()
    with pytest.raises(Cancelled):
        reader.read(str(SAMPLE), cancel)


def test_evaluation_needs_cases(reader: RapidPageReader, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no_cases"):
        evaluate(tmp_path, reader)


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "image.empty"),
        (b"not an image at all", "image.format"),
        (b"%PDF-1.7 nor this", "image.format"),
        (b"\x89PNG\r\n\x1a\n", "image.format"),
    ],
)
def test_what_is_no_image(tmp_path: Path, data: bytes, code: str) -> None:
    assert refusal(tmp_path, data) == code


def test_missing_files_and_folders(tmp_path: Path) -> None:
    for path in (tmp_path / "none.jpg", tmp_path, Path("a\0b")):
        with pytest.raises(InputError) as caught:
            page_image.load(str(path), Limits())
        assert caught.value.code == "image.missing"


def test_sizes_and_pages_beyond_the_limits(tmp_path: Path) -> None:
    assert refusal(tmp_path, encoded(picture(), "PNG"), Limits(image_pixels=10_000)) == "image.too_large"
    assert refusal(tmp_path, encoded(picture(), "PNG"), Limits(image_side=300)) == "image.too_large"
    assert refusal(tmp_path, encoded(picture(), "PNG"), Limits(image_bytes=100)) == "image.too_large"
    assert refusal(tmp_path, encoded(picture(8, 8), "PNG")) == "image.too_small"
    two = encoded(picture(), "TIFF", save_all=True, append_images=[picture()])
    assert refusal(tmp_path, two) == "image.many_pages"


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP", "BMP", "TIFF"])
def test_every_format_is_read_and_every_damage_is_an_input_error(tmp_path: Path, kind: str) -> None:
    """Seeded truncations and flipped bits: either pixels come back or an `InputError`, nothing else."""
    whole = encoded(picture(96, 64), kind)
    path = tmp_path / "picture.bin"
    path.write_bytes(whole)
    assert page_image.load(str(path), Limits())[1].shape == (64, 96, 3)
    rng = random.Random(7)
    refused = 0
    for turn in range(120):
        data = bytearray(whole)
        if turn % 2:
            del data[rng.randrange(1, len(data)) :]
        for _ in range(rng.randrange(0, 6)):
            data[rng.randrange(len(data))] ^= 1 << rng.randrange(8)
        path.write_bytes(bytes(data))
        try:
            _, pixels = page_image.load(str(path), Limits())
        except InputError:
            refused += 1
        else:
            assert pixels.ndim == 3
    assert refused > 20


def test_exif_orientation_is_applied(tmp_path: Path) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6  # the camera was turned a quarter
    path = tmp_path / "turned.jpg"
    path.write_bytes(encoded(picture(120, 80), "JPEG", exif=exif))
    assert page_image.load(str(path), Limits())[1].shape == (120, 80, 3)


@pytest.mark.parametrize(("ink", "paper"), [(0, 255), (255, 0)])
def test_transparent_paper_contrasts_with_the_ink(tmp_path: Path, ink: int, paper: int) -> None:
    image = Image.new("RGBA", (60, 60), (ink, ink, ink, 0))
    image.paste((ink, ink, ink, 255), (20, 20, 40, 40))
    path = tmp_path / "clear.png"
    path.write_bytes(encoded(image, "PNG"))
    pixels = page_image.load(str(path), Limits())[1]
    assert (int(pixels[5, 5, 0]), int(pixels[30, 30, 0])) == (paper, ink)


def test_a_large_photo_is_shrunk_before_it_is_kept(tmp_path: Path) -> None:
    path = tmp_path / "large.jpg"
    path.write_bytes(encoded(picture(4000, 3000), "JPEG"))
    assert max(page_image.load(str(path), Limits())[1].shape) <= page_image.WORK_SIDE


def test_a_tables_frame_is_no_sheet_of_paper() -> None:
    page = np.full((900, 700, 3), 245, np.uint8)
    page[100:800, 100:103] = page[100:800, 597:600] = 20
    page[100:103, 100:600] = page[797:800, 100:600] = 20
    assert page_image.outline(page) is None


def test_a_sheet_on_a_dark_desk_is_flattened() -> None:
    photo = np.full((900, 1200, 3), 60, np.uint8)
    photo[100:800, 200:1000] = 240
    flat = page_image.flatten(photo)
    assert flat.perspective
    assert abs(flat.pixels.shape[0] - 700) < 12
    assert abs(flat.pixels.shape[1] - 800) < 12


def test_a_tilted_page_on_its_side_is_seen_to_lie_there() -> None:
    """Detection may start a box at any corner once the text runs downwards."""
    box = np.array([[0.0, 0.0], [200.0, 0.0], [200.0, 30.0], [0.0, 30.0]])
    turn = np.deg2rad(82)
    matrix = np.array([[np.cos(turn), -np.sin(turn)], [np.sin(turn), np.cos(turn)]])
    lying = [np.roll(box @ matrix.T, shift, axis=0) for shift in range(4)]
    assert page_ocr._stands_sideways(lying)
    assert not page_ocr._stands_sideways([box, box + 50])
