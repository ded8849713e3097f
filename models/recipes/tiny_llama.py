"""Makes a tiny llama-architecture GGUF file in well under a second and without training.

The model says one fixed text after any prompt: each token of the text has a hidden direction of its own,
which the output matrix maps to the text's next token; every other token leads to the first one. Attention
and feed-forward are real, with small random weights, so that loading, prompt, cache, sampling and streaming
all run. One character is spelt in bytes, so that a reader must join them. For tests of the machinery only;
it knows nothing.

    python -m models.recipes.tiny_llama FILE [--text 主诉：咳嗽三天。] [--seed 0] [--endless]
"""

from __future__ import annotations

import argparse
from itertools import pairwise
from pathlib import Path

import numpy as np
import numpy.typing as npt
from gguf import GGUFWriter, TokenType

TEXT = "主诉：咳嗽三天。"
SPELT = 4  # this character of the text is made of byte tokens
HEADS = 4
FEED = 128
LAYERS = 2
CONTEXT = 2048
NOISE = 0.01  # size of the random weights, small beside the text's directions
UNKNOWN, BEGIN, END = 0, 1, 2
BYTES_FROM = 3  # the byte tokens <0x00> to <0xFF> follow the three special ones
WORDS_FROM = BYTES_FROM + 256

FloatArray = npt.NDArray[np.float32]


def vocabulary(text: str) -> tuple[list[str], list[int]]:
    """Return the tokens and their types: three special ones, 256 bytes, a space, the text's characters."""
    words = ["\u2581", *text]
    tokens = ["<unk>", "<s>", "</s>", *(f"<0x{value:02X}>" for value in range(256)), *words]
    types = [TokenType.UNKNOWN, TokenType.CONTROL, TokenType.CONTROL]
    types += [TokenType.BYTE] * 256 + [TokenType.NORMAL] * len(words)
    return tokens, [int(kind) for kind in types]


def chain(text: str, endless: bool) -> list[int]:
    """Return the token ids of the text, then the end token, or the first one again if it shall never end."""
    ids: list[int] = []
    for place, letter in enumerate(text):
        if place == SPELT:
            ids += [BYTES_FROM + value for value in letter.encode()]
        else:
            ids.append(WORDS_FROM + 1 + place)
    return [*ids, ids[0] if endless else END]


def _weights(ids: list[int], size: int, seed: int) -> dict[str, FloatArray]:
    random = np.random.default_rng(seed)
    width = 64 * (len(ids) // 64 + 1)

    def noise(*shape: int) -> FloatArray:
        return (random.standard_normal(shape) * NOISE).astype(np.float32)

    embedding, output = noise(size, width), noise(size, width)
    embedding[:, width - 1] += 1.0  # every other token points to the text's first one
    output[ids[0], width - 1] += 8.0
    for place, (token, successor) in enumerate(pairwise(ids)):
        embedding[token, width - 1] -= 1.0
        embedding[token, place] += 1.0
        output[successor, place] += 8.0
    tensors = {"token_embd.weight": embedding, "output.weight": output}
    tensors["output_norm.weight"] = np.ones(width, np.float32)
    for layer in range(LAYERS):
        block = f"blk.{layer}."
        for name in ("attn_norm", "ffn_norm"):
            tensors[f"{block}{name}.weight"] = np.ones(width, np.float32)
        for name in ("attn_q", "attn_k", "attn_v", "attn_output"):
            tensors[f"{block}{name}.weight"] = noise(width, width)
        tensors[f"{block}ffn_gate.weight"] = noise(FEED, width)
        tensors[f"{block}ffn_up.weight"] = noise(FEED, width)
        tensors[f"{block}ffn_down.weight"] = noise(width, FEED)
    return tensors


def make(path: Path, text: str = TEXT, seed: int = 0, *, endless: bool = False) -> Path:
    """Write the GGUF file (about 0.5 MB) and return it.

    Args:
        path: of the file; its folder is made if needed.
        text: what the model says after any prompt; no character twice.
        seed: of the random weights; the same seed gives the same file.
        endless: say the text again and again, until a limit or a person stops it.

    Raises:
        ValueError: the text is empty, or a character stands in it twice.
    """
    if not text or len(set(text)) != len(text):
        raise ValueError("text must not be empty nor have a character twice")
    tokens, types = vocabulary(text)
    tensors = _weights(chain(text, endless), len(tokens), seed)
    width = tensors["output_norm.weight"].shape[0]
    path.parent.mkdir(parents=True, exist_ok=True)
    writer = GGUFWriter(path, "llama")
    writer.add_name("tiny llama")
    writer.add_context_length(CONTEXT)
    writer.add_embedding_length(width)
    writer.add_block_count(LAYERS)
    writer.add_feed_forward_length(FEED)
    writer.add_head_count(HEADS)
    writer.add_layer_norm_rms_eps(1e-5)
    writer.add_rope_dimension_count(width // HEADS)
    writer.add_vocab_size(len(tokens))
    writer.add_tokenizer_model("llama")
    writer.add_token_list(tokens)
    writer.add_token_scores([0.0] * len(tokens))
    writer.add_token_types(types)
    writer.add_unk_token_id(UNKNOWN)
    writer.add_bos_token_id(BEGIN)
    writer.add_eos_token_id(END)
    for name, values in tensors.items():
        writer.add_tensor(name, values)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    return path


def main() -> None:
    """Run the recipe from a shell."""
    parser = argparse.ArgumentParser(description="Make a tiny llama GGUF file.")
    parser.add_argument("file", type=Path)
    parser.add_argument("--text", default=TEXT)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--endless", action="store_true")
    options = parser.parse_args()
    print(make(options.file, options.text, options.seed, endless=options.endless))


if __name__ == "__main__":
    main()
