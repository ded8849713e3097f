"""Tiny real models and a synthetic voice, made once for the run."""

import wave
from pathlib import Path

import numpy as np
import pytest

from models.recipes import tiny_llama, tiny_whisper

RATE = 16_000
VOWELS = ((730, 1090, 2440), (270, 2290, 3010), (300, 870, 2240), (530, 1840, 2480))  # formants, Hz


def voice(seconds: float) -> np.ndarray:
    """Return four syllables a second of vowels, which a voice detector takes for speech."""
    time = np.arange(int(seconds * RATE)) / RATE
    pitch = 120 + 15 * np.sin(2 * np.pi * 2.1 * time)
    phase = np.cumsum(pitch) / RATE
    formants = np.array(VOWELS)[(time * 4).astype(int) % len(VOWELS)]
    sound = np.zeros_like(time)
    for harmonic in range(1, 30):
        distance = [(harmonic * pitch - formants[:, i]) / (80 + 40 * i) for i in range(3)]
        gain = sum(0.6**i / (1 + distance[i] ** 2) for i in range(3)) + 0.01
        sound += gain / harmonic**0.3 * np.sin(2 * np.pi * harmonic * phase)
    sound *= np.clip(np.sin(2 * np.pi * 4 * time) * 0.8 + 0.5, 0, 1)
    return (sound / np.abs(sound).max() * 0.6).astype(np.float32)


def write_wave(path: Path, samples: np.ndarray) -> Path:
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE)
        file.writeframes((samples * 32767).astype("<i2").tobytes())
    return path


@pytest.fixture(scope="session")
def gguf(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tiny_llama.make(tmp_path_factory.mktemp("gguf") / "tiny.gguf")


@pytest.fixture(scope="session")
def endless_gguf(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tiny_llama.make(tmp_path_factory.mktemp("gguf") / "endless.gguf", endless=True)


@pytest.fixture(scope="session")
def whisper(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tiny_whisper.make(tmp_path_factory.mktemp("whisper") / "tiny")


@pytest.fixture(scope="session")
def spoken(tmp_path_factory: pytest.TempPathFactory) -> Path:
    quiet = np.zeros(RATE, np.float32)
    folder = tmp_path_factory.mktemp("sound")
    return write_wave(folder / "spoken.wav", np.concatenate([quiet, voice(3.0), quiet]))


@pytest.fixture(scope="session")
def silent(tmp_path_factory: pytest.TempPathFactory) -> Path:
    noise = np.random.default_rng(0).standard_normal(3 * RATE).astype(np.float32) * 0.001
    return write_wave(tmp_path_factory.mktemp("sound") / "silent.wav", noise)
