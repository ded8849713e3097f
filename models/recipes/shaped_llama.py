"""Makes a GGUF file of random weights in the shape of Qwen2.5-0.5B, quantised like the real one.

Speed doesn't depend on what the weights are, so this measures prompt reading, generation, loading and
memory on a machine that has no model; what it says is noise. Not used in tests (400 MB, about half a
minute).

    python -m models.recipes.shaped_llama FILE [--seed 0] [--layers 24]
"""

from __future__ import annotations

import argparse
import os
from collections.abc import Iterator
from pathlib import Path

import llama_cpp
import numpy as np
import numpy.typing as npt
from gguf import GGUFWriter, TokenType

# config.json of Qwen2.5-0.5B-Instruct
WIDTH, FEED, LAYERS, HEADS, KEY_HEADS = 896, 4864, 24, 14, 2
VOCABULARY, CONTEXT = 151_936, 32_768
ROPE_BASE, EPSILON = 1_000_000.0, 1e-6
HEAD = WIDTH // HEADS
NOISE = 0.02
_TILE = 1 << 20  # so many numbers are drawn, then repeated: drawing 494 million takes longer than writing

HalfArray = npt.NDArray[np.float16]
FloatArray = npt.NDArray[np.float32]


class _Noise:
    def __init__(self, seed: int) -> None:
        drawn = np.random.default_rng(seed).standard_normal(_TILE + 997).astype(np.float32)
        self._tile = drawn * NOISE

    def matrix(self, rows: int, columns: int) -> HalfArray:
        return np.resize(self._tile, (rows, columns)).astype(np.float16)

    def vector(self, size: int) -> FloatArray:
        return self._tile[:size].copy()


def _tensors(seed: int, layers: int) -> Iterator[tuple[str, HalfArray | FloatArray]]:
    noise = _Noise(seed)
    yield "token_embd.weight", noise.matrix(VOCABULARY, WIDTH)
    yield "output_norm.weight", np.ones(WIDTH, np.float32)
    for layer in range(layers):
        block = f"blk.{layer}."
        yield block + "attn_norm.weight", np.ones(WIDTH, np.float32)
        yield block + "ffn_norm.weight", np.ones(WIDTH, np.float32)
        for name, rows in (("q", WIDTH), ("k", KEY_HEADS * HEAD), ("v", KEY_HEADS * HEAD)):
            yield f"{block}attn_{name}.weight", noise.matrix(rows, WIDTH)
            yield f"{block}attn_{name}.bias", noise.vector(rows)
        yield block + "attn_output.weight", noise.matrix(WIDTH, WIDTH)
        yield block + "ffn_gate.weight", noise.matrix(FEED, WIDTH)
        yield block + "ffn_up.weight", noise.matrix(FEED, WIDTH)
        yield block + "ffn_down.weight", noise.matrix(WIDTH, FEED)


def _vocabulary() -> tuple[list[str], list[int]]:
    tokens = ["<unk>", "<s>", "</s>", *(f"<0x{value:02X}>" for value in range(256))]
    types = [TokenType.UNKNOWN, TokenType.CONTROL, TokenType.CONTROL, *[TokenType.BYTE] * 256]
    filling = VOCABULARY - len(tokens)
    tokens += [f"\u2581w{number}" for number in range(filling)]
    return tokens, [int(kind) for kind in [*types, *[TokenType.NORMAL] * filling]]


def _write(path: Path, seed: int, layers: int) -> None:
    writer = GGUFWriter(path, "qwen2", use_temp_file=False)
    writer.add_name("random weights in the shape of Qwen2.5-0.5B")
    writer.add_context_length(CONTEXT)
    writer.add_embedding_length(WIDTH)
    writer.add_block_count(layers)
    writer.add_feed_forward_length(FEED)
    writer.add_head_count(HEADS)
    writer.add_head_count_kv(KEY_HEADS)
    writer.add_layer_norm_rms_eps(EPSILON)
    writer.add_rope_freq_base(ROPE_BASE)
    tokens, types = _vocabulary()
    writer.add_tokenizer_model("llama")
    writer.add_token_list(tokens)
    writer.add_token_scores([0.0] * len(tokens))
    writer.add_token_types(types)
    writer.add_unk_token_id(0)
    writer.add_bos_token_id(1)
    writer.add_eos_token_id(2)
    for name, values in _tensors(seed, layers):
        writer.add_tensor(name, values)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


def make(path: Path, seed: int = 0, layers: int = LAYERS) -> Path:
    """Write the quantised file (Q4_K_M, about 400 MB) and return it.

    Args:
        path: of the file; twice its size is needed beside it for a while.
        seed: of the weights.
        layers: fewer make a smaller file of the same kind.

    Raises:
        RuntimeError: llama.cpp could not quantise it.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    whole = path.with_suffix(".f16.gguf")
    _write(whole, seed, layers)
    options = llama_cpp.llama_model_quantize_default_params()
    options.ftype = llama_cpp.LLAMA_FTYPE_MOSTLY_Q4_K_M
    result = llama_cpp.llama_model_quantize(os.fsencode(whole), os.fsencode(path), options)
    whole.unlink()
    if result != 0:
        raise RuntimeError(f"llama_model_quantize returned {result}")
    return path


def main() -> None:
    """Run the recipe from a shell."""
    parser = argparse.ArgumentParser(description="Make a GGUF file in the shape of Qwen2.5-0.5B.")
    parser.add_argument("file", type=Path)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--layers", type=int, default=LAYERS)
    options = parser.parse_args()
    print(make(options.file, options.seed, options.layers))


if __name__ == "__main__":
    main()
