"""A GGUF file to a language model, with llama.cpp on the processor."""

from __future__ import annotations

import ctypes
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import llama_cpp as llama

from desktop_app.core.cancellation import CancelToken
from desktop_app.core.errors import Cancelled, EngineError, InputError, ModelMissingError
from desktop_app.engines import memory
from desktop_app.engines.adapters.llama_sampler import Sampler
from desktop_app.engines.adapters.llama_variant import register
from desktop_app.engines.pieces import PieceStream
from desktop_app.engines.protocols import EngineInfo, Sampling

CONTEXT_TOKENS = 4096  # a visit's prompt is 1,000 to 2,500 tokens, its draft up to 800
BATCH_TOKENS = 256  # of a prompt at once; larger ones were no faster on two cores
_MAGIC = b"GGUF"
_CACHE_BYTES = 250_000_000  # cache of 4,096 tokens and the compute buffers at 1.5 B parameters
_ABORTED = 2  # llama_decode's result when the abort callback said so
_PIECE_BYTES = 256


@llama.llama_log_callback  # type: ignore[misc]  # llama_cpp has no types
def _say_nothing(_level: int, _text: bytes, _data: ctypes.c_void_p) -> None:
    """Drop llama.cpp's log: it goes to standard error otherwise."""


def check_file(path: Path, name: str) -> None:
    """Refuse what can't be loaded before llama.cpp sees it.

    Raises:
        ModelMissingError: there is no such file.
        EngineError: it is no GGUF file, or too large for the free memory.
    """
    try:
        with path.open("rb") as file:
            magic = file.read(len(_MAGIC))
        size = path.stat().st_size
    except FileNotFoundError as error:
        raise ModelMissingError("model.file_missing", name=name) from error
    except OSError as error:
        raise EngineError("engine.model_broken", type(error).__name__, name=name) from error
    if magic != _MAGIC:
        raise EngineError("engine.model_broken", "no GGUF magic", name=name)
    memory.require(int(size * 1.1) + _CACHE_BYTES, name)


class LlamaLanguageModel:
    """Implements `LanguageModel` with llama.cpp; one prompt at a time.

    The cache of the last prompt is kept: a prompt that begins like it starts where they part.

    Args:
        info: name and hash of the model.
        path: of the GGUF file.
        context: tokens of prompt and answer together, at most what the model was trained for.
        threads: processors to use; all usable ones by default (llama.cpp itself takes half).

    Raises:
        ModelMissingError: there is no such file.
        EngineError: `engine.model_broken`, `engine.no_memory` or `engine.unsupported_processor`.
    """

    def __init__(
        self, info: EngineInfo, path: Path, *, context: int = CONTEXT_TOKENS, threads: int | None = None
    ) -> None:
        check_file(path, info.model)
        self._info = info
        llama.llama_log_set(_say_nothing, ctypes.c_void_p(0))
        register()
        llama.llama_backend_init()
        self._model: Any = llama.llama_model_load_from_file(
            os.fsencode(path), llama.llama_model_default_params()
        )
        if not self._model:
            raise EngineError("engine.model_broken", "llama.cpp refused the file", name=info.model)
        self._vocabulary: Any = llama.llama_model_get_vocab(self._model)
        self._context: Any = self._new_context(context, threads or memory.usable_cores())
        self._memory: Any = llama.llama_get_memory(self._context)
        self._cached: list[int] = []
        self._cancel: CancelToken | None = None
        self._abort = llama.ggml_abort_callback(self._asked_to_stop)
        self._never = llama.ggml_abort_callback()

    @property
    def info(self) -> EngineInfo:
        """Return what is loaded."""
        return self._info

    def close(self) -> None:
        """Free the weights and the cache."""
        if self._context:
            llama.llama_free(self._context)
        if self._model:
            llama.llama_model_free(self._model)
        self._context = self._model = None

    def _new_context(self, wanted: int, threads: int) -> Any:
        options = llama.llama_context_default_params()
        trained = llama.llama_model_n_ctx_train(self._model)
        options.n_ctx = min(wanted, trained) if trained > 0 else wanted
        options.n_batch = options.n_ubatch = BATCH_TOKENS
        options.n_threads = options.n_threads_batch = threads
        options.no_perf = True
        context = llama.llama_init_from_model(self._model, options)
        if not context:
            llama.llama_model_free(self._model)
            self._model = None
            raise EngineError("engine.model_broken", "no context", name=self._info.model)
        return context

    def _asked_to_stop(self, _data: object) -> bool:
        return self._cancel is not None and self._cancel.cancelled

    def generate(self, prompt: str, sampling: Sampling, cancel: CancelToken) -> Iterator[str]:
        """Yield pieces of the continuation as they are made; special tokens in the prompt are understood.

        Raises:
            InputError: the prompt and one more token don't fit the context, or the grammar is wrong.
            EngineError: the engine failed.
            Cancelled: the person stopped it.
        """
        tokens = self.tokens(prompt)
        room = int(llama.llama_n_ctx(self._context)) - len(tokens)
        if not tokens or room < 1:
            raise InputError("engine.prompt_too_long", tokens=len(tokens), limit=len(tokens) + room)
        sampler = Sampler(self._context, self._vocabulary, sampling)
        try:
            self._read_prompt(tokens, cancel)
            yield from self._continue(sampler, sampling, min(sampling.max_tokens, room), cancel)
        finally:
            sampler.close()

    def tokens(self, text: str) -> list[int]:
        """Return the text's token ids, with the start token where the model wants one."""
        data = text.encode("utf-8", "replace")
        space = (llama.llama_token * (len(data) + 8))()
        count = llama.llama_tokenize(self._vocabulary, data, len(data), space, len(space), True, True)
        if count < 0:  # a space may be spelt in three bytes, so there can be more tokens than bytes
            space = (llama.llama_token * -count)()
            count = llama.llama_tokenize(self._vocabulary, data, len(data), space, len(space), True, True)
        return list(space[:count])

    def _read_prompt(self, tokens: list[int], cancel: CancelToken) -> None:
        same = 0
        limit = min(len(self._cached), len(tokens) - 1)  # the last token is read again: it gives the logits
        while same < limit and self._cached[same] == tokens[same]:
            same += 1
        if not llama.llama_memory_seq_rm(self._memory, 0, same, -1):
            llama.llama_memory_clear(self._memory, True)
            same = 0
        self._cached = tokens[:same]
        self._cancel = cancel
        llama.llama_set_abort_callback(self._context, self._abort, ctypes.c_void_p(0))
        try:
            for start in range(same, len(tokens), BATCH_TOKENS):
                cancel.check()
                self._decode(tokens[start : start + BATCH_TOKENS])
        finally:
            llama.llama_set_abort_callback(self._context, self._never, ctypes.c_void_p(0))
            self._cancel = None

    def _decode(self, tokens: list[int]) -> None:
        space = (llama.llama_token * len(tokens))(*tokens)
        result = llama.llama_decode(self._context, llama.llama_batch_get_one(space, len(tokens)))
        if result == 0:
            self._cached += tokens
            return
        self._cached = []
        llama.llama_memory_clear(self._memory, True)
        if result == _ABORTED:
            raise Cancelled
        raise EngineError("engine.failed", f"llama_decode {result}", name=self._info.model)

    def _continue(
        self, sampler: Sampler, sampling: Sampling, limit: int, cancel: CancelToken
    ) -> Iterator[str]:
        pieces = PieceStream(sampling.stop)
        for count in range(1, limit + 1):
            cancel.check()
            token = sampler.next()
            if llama.llama_vocab_is_eog(self._vocabulary, token):
                break
            text = pieces.feed(self._bytes(token))
            if text:
                yield text
            if pieces.stopped:
                return
            if count < limit:
                self._decode([token])
        rest = pieces.end()
        if rest:
            yield rest

    def _bytes(self, token: int) -> bytes:
        space = ctypes.create_string_buffer(_PIECE_BYTES)
        size = llama.llama_token_to_piece(self._vocabulary, token, space, len(space), 0, False)
        if size < 0:
            space = ctypes.create_string_buffer(-size)
            size = llama.llama_token_to_piece(self._vocabulary, token, space, len(space), 0, False)
        return space.raw[: max(0, size)]
