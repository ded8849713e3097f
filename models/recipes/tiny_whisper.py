"""Makes a tiny Whisper model folder in CTranslate2's format, in about a second and without training.

The model "hears" the same sentence in every window: each decoder position is a direction of its own, and
the projection maps that direction to the sentence's next token. The encoder and the attention are real,
with small random weights, so that the whole path from sound to words runs. For tests and demonstrations of
the machinery only; it recognises nothing.

    python -m models.recipes.tiny_whisper FOLDER [--text 咳嗽三天了] [--seed 0]
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from ctranslate2.specs.whisper_spec import WhisperSpec
from tokenizers import Tokenizer
from tokenizers.decoders import Fuse
from tokenizers.models import WordLevel
from tokenizers.pre_tokenizers import Split

TEXT = "咳嗽三天了"
WIDTH = 64  # model dimension; the sentence must be shorter than this
MELS = 80
ENCODER_POSITIONS = 1500  # faster-whisper always pads to 3,000 frames, which the convolutions halve
DECODER_POSITIONS = 448
SPECIALS = (
    "<|endoftext|>",
    "<|startoftranscript|>",
    "<|translate|>",
    "<|transcribe|>",
    "<|startoflm|>",
    "<|startofprev|>",
    "<|nospeech|>",
    "<|notimestamps|>",
)
TIMESTAMPS = 1501  # <|0.00|> to <|30.00|> in steps of 0.02 s
NOISE = 0.02  # size of the random weights, small beside the sentence's directions

FloatArray = npt.NDArray[np.float32]


def vocabulary(text: str) -> list[str]:
    """Return the tokens in Whisper's order: characters, special tokens, timestamps."""
    letters = ["<unk>", " ", *sorted(set(text) - {" "})]
    return [*letters, *SPECIALS, *(f"<|{step * 0.02:.2f}|>" for step in range(TIMESTAMPS))]


def sentence(text: str, tokens: list[str]) -> list[int]:
    """Return the token ids of one window: start time, characters, end time, end of text."""
    index = {token: number for number, token in enumerate(tokens)}
    spoken = [index[letter] for letter in text]
    return [index["<|0.00|>"], *spoken, index["<|2.00|>"], index["<|endoftext|>"]]


class _Weights:
    """Fills the parts of a specification with seeded noise."""

    def __init__(self, seed: int) -> None:
        self._random = np.random.default_rng(seed)

    def noise(self, *shape: int) -> FloatArray:
        return (self._random.standard_normal(shape) * NOISE).astype(np.float32)

    def linear(self, part: Any, rows: int, columns: int) -> None:
        part.weight, part.bias = self.noise(rows, columns), np.zeros(rows, np.float32)

    def norm(self, part: Any) -> None:
        part.gamma, part.beta = np.ones(WIDTH, np.float32), np.zeros(WIDTH, np.float32)

    def attention(self, part: Any, shapes: tuple[int, ...]) -> None:
        self.norm(part.layer_norm)
        for linear, rows in zip(part.linear, shapes, strict=True):
            self.linear(linear, rows, WIDTH)

    def layer(self, part: Any, *, decoder: bool) -> None:
        self.attention(part.self_attention, (3 * WIDTH, WIDTH))
        if decoder:
            self.attention(part.attention, (WIDTH, 2 * WIDTH, WIDTH))
        self.norm(part.ffn.layer_norm)
        self.linear(part.ffn.linear_0, 2 * WIDTH, WIDTH)
        self.linear(part.ffn.linear_1, WIDTH, 2 * WIDTH)


def _encoder(weights: _Weights, part: Any) -> None:
    for convolution, channels in ((part.conv1, MELS), (part.conv2, WIDTH)):
        convolution.weight = weights.noise(WIDTH, channels, 3)
        convolution.bias = np.zeros(WIDTH, np.float32)
    part.position_encodings.encodings = weights.noise(ENCODER_POSITIONS, WIDTH)
    weights.norm(part.layer_norm)
    for layer in part.layer:
        weights.layer(layer, decoder=False)


def _decoder(weights: _Weights, part: Any, ids: list[int], size: int) -> None:
    part.embeddings.weight = weights.noise(size, WIDTH)
    positions, projection = weights.noise(DECODER_POSITIONS, WIDTH), weights.noise(size, WIDTH)
    for place, token in enumerate(ids):
        positions[place, place] += 10.0
        projection[token, place] += 4.0
    positions[len(ids) :, len(ids) - 1] += 10.0  # whatever comes later ends the text
    part.position_encodings.encodings = positions
    part.projection.weight, part.projection.bias = projection, np.zeros(size, np.float32)
    weights.norm(part.layer_norm)
    for layer in part.layer:
        weights.layer(layer, decoder=True)


def _tokenizer(tokens: list[str]) -> Tokenizer:
    words = {token: number for number, token in enumerate(tokens)}
    tokenizer = Tokenizer(WordLevel(words, unk_token="<unk>"))  # noqa: S106  (a vocabulary token)
    tokenizer.pre_tokenizer = Split("", "isolated")  # one token a character, as Chinese is written
    tokenizer.decoder = Fuse()
    tokenizer.add_special_tokens([*SPECIALS, *tokens[-TIMESTAMPS:]])
    return tokenizer


def make(folder: Path, text: str = TEXT, seed: int = 0) -> Path:
    """Write the model folder (about 1 MB) and return it.

    Args:
        folder: where the files go; made if needed.
        text: what the model "hears" in every window, at most 58 characters.
        seed: of the random weights; the same seed gives the same files.

    Raises:
        ValueError: the text is empty or too long.
    """
    if not 0 < len(text) <= WIDTH - 6:
        raise ValueError(f"text must have 1 to {WIDTH - 6} characters")
    tokens = vocabulary(text)
    weights = _Weights(seed)
    spec = WhisperSpec(2, 2, 2, 2)
    _encoder(weights, spec.encoder)
    _decoder(weights, spec.decoder, sentence(text, tokens), len(tokens))
    spec.register_vocabulary(tokens)
    spec.config.suppress_ids, spec.config.suppress_ids_begin = [], []
    spec.config.lang_ids, spec.config.alignment_heads = [], [(1, 0), (1, 1)]
    spec.validate()
    spec.optimize(quantization="int8")
    folder.mkdir(parents=True, exist_ok=True)
    spec.save(str(folder))
    _tokenizer(tokens).save(str(folder / "tokenizer.json"))
    features = {"feature_size": MELS, "hop_length": 160, "chunk_length": 30, "n_fft": 400}
    (folder / "preprocessor_config.json").write_text(json.dumps(features), encoding="utf-8")
    return folder


def main() -> None:
    """Run the recipe from a shell."""
    parser = argparse.ArgumentParser(description="Make a tiny Whisper model folder.")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--text", default=TEXT)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    print(make(options.folder, options.text, options.seed))


if __name__ == "__main__":
    main()
