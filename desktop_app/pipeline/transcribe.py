"""Second arrow: sound to words; words that were typed pass through."""

from __future__ import annotations

import dataclasses

from desktop_app.core.cancellation import CancelToken
from desktop_app.core.clock import new_id
from desktop_app.core.records.people import Region
from desktop_app.core.records.speech import Transcript
from desktop_app.engines.protocols import Transcriber
from desktop_app.pipeline.capture import Captured


def transcribe(
    captured: Captured, transcriber: Transcriber, region: Region | None, cancel: CancelToken
) -> Transcript:
    """Return what was said; nothing where neither talk nor sound came in.

    Args:
        captured: what came in.
        transcriber: used for sound only.
        region: whose words are expected; it wins over what a transcript says of itself.
        cancel: stops it.

    Raises:
        ModelMissingError: there is sound, and no speech model is installed.
        InputError: the file is not readable sound.
        EngineError: the engine failed.
        Cancelled: the person stopped it.
    """
    if captured.sound is not None:
        return transcriber.transcribe(captured.sound, region, cancel)
    transcript = captured.transcript or Transcript(id=new_id(), engine="none")
    return dataclasses.replace(transcript, region=region or transcript.region)
