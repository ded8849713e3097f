"""Draws tokens from llama.cpp's logits, held to a grammar where one is given."""

from __future__ import annotations

import ctypes
import math
from typing import Any

import llama_cpp as llama
import numpy as np

from desktop_app.core.errors import InputError
from desktop_app.engines.protocols import Sampling

_TOP_K, _TOP_P = 40, 0.95
_TOKEN_DATA = np.dtype([("id", np.int32), ("logit", np.float32), ("p", np.float32)])  # llama_token_data


class Sampler:
    """One answer's sampler: the likeliest token at temperature 0, else a seeded draw.

    A grammar is asked about the drawn token first, and about the whole vocabulary only if it refuses that
    one: scanning 150,000 tokens for each drawn one made constrained text half as slow again.

    Raises:
        InputError: `engine.grammar`, llama.cpp can't read the grammar.
    """

    def __init__(self, context: Any, vocabulary: Any, sampling: Sampling) -> None:
        self._context = context
        self._size = int(llama.llama_vocab_n_tokens(vocabulary))
        self._grammar: Any = None
        if sampling.grammar:
            self._grammar = llama.llama_sampler_init_grammar(vocabulary, sampling.grammar.encode(), b"root")
            if not self._grammar:
                raise InputError("engine.grammar")
        self._chain: Any = llama.llama_sampler_chain_init(llama.llama_sampler_chain_default_params())
        for part in _parts(sampling):
            llama.llama_sampler_chain_add(self._chain, part)

    def close(self) -> None:
        """Free both samplers."""
        llama.llama_sampler_free(self._chain)
        if self._grammar:
            llama.llama_sampler_free(self._grammar)
        self._chain = self._grammar = None

    def next(self) -> int:
        """Return the next token's id."""
        if not self._grammar:
            return int(llama.llama_sampler_sample(self._chain, self._context, -1))
        token = self._draw(constrained=False)
        if not self._allowed(token):
            token = self._draw(constrained=True)
        llama.llama_sampler_accept(self._grammar, token)
        llama.llama_sampler_accept(self._chain, token)
        return token

    def _draw(self, *, constrained: bool) -> int:
        logits = np.ctypeslib.as_array(llama.llama_get_logits_ith(self._context, -1), shape=(self._size,))
        table = np.zeros(self._size, _TOKEN_DATA)
        table["id"], table["logit"] = np.arange(self._size, dtype=np.int32), logits
        array = _array(table)
        if constrained:
            llama.llama_sampler_apply(self._grammar, ctypes.byref(array))
        llama.llama_sampler_apply(self._chain, ctypes.byref(array))
        return int(array.data[array.selected].id)

    def _allowed(self, token: int) -> bool:
        single = np.zeros(1, _TOKEN_DATA)
        single["id"], single["logit"] = token, 1.0
        array = _array(single)
        llama.llama_sampler_apply(self._grammar, ctypes.byref(array))
        return not math.isinf(array.data[0].logit)


def _array(table: np.ndarray[Any, Any]) -> Any:
    data = table.ctypes.data_as(llama.llama_token_data_p)
    return llama.llama_token_data_array(data, len(table), -1, False)


def _parts(sampling: Sampling) -> list[Any]:
    if sampling.temperature <= 0:
        return [llama.llama_sampler_init_greedy()]
    return [
        llama.llama_sampler_init_top_k(_TOP_K),
        llama.llama_sampler_init_top_p(_TOP_P, 1),
        llama.llama_sampler_init_temp(sampling.temperature),
        llama.llama_sampler_init_dist(sampling.seed & 0xFFFFFFFF),
    ]
