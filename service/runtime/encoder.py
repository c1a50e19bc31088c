"""Which encoder does the process use? Opened once: its model is the largest thing in memory."""

from functools import lru_cache
from pathlib import Path

from embeddings.choice import open_encoder
from embeddings.encoder import Encoder
from service.runtime.settings import Settings


def encoder_of(settings: Settings) -> Encoder:
    """Return the encoder that the settings name. Raises BadInput where there is none by that name."""
    return _opened(settings.encoder, settings.models)


@lru_cache(maxsize=2)
def _opened(choice: str, models: Path) -> Encoder:
    return open_encoder(choice, models)
