"""Which encoder did the user choose?"""

from pathlib import Path

from embeddings.encoder import Encoder, HashingEncoder, Progress
from embeddings.mapped import LinearMap, MappedEncoder
from embeddings.sentence_encoder import SentenceEncoder
from embeddings.weights import FOLDER_NAME, prepare

DEFAULT = "multilingual-e5-small"
HASHING = "hashing"


def open_encoder(choice: str, home: Path, progress: Progress | None = None) -> Encoder:
    """Return the encoder of that name.

    `multilingual-e5-small` (the default) reads all EU languages; its weights are unpacked into `home` at the
    first call. `hashing` needs no model and sees shared words only. Anything else is the folder or the name of
    a sentence-transformers model, whose vectors are taken as they come. No model is loaded before the first text
    (but for a model whose width nobody knows yet).
    """
    if choice == DEFAULT:
        return MappedEncoder(open_plain(home, progress), LinearMap.load(), name=f"{FOLDER_NAME}-mapped-1")
    if choice == HASHING:
        return HashingEncoder(width=512)
    return SentenceEncoder(choice)


def open_plain(home: Path, progress: Progress | None = None) -> SentenceEncoder:
    """Return the default encoder without its map: what the map is fitted on."""
    return SentenceEncoder(prepare(home, progress), name=FOLDER_NAME, width=384)
