"""Which encoder did the user choose?"""

from pathlib import Path

from data.errors import BadInput
from embeddings.encoder import Encoder, HashingEncoder, Progress
from embeddings.mapped import LinearMap, MappedEncoder
from embeddings.sentence_encoder import SentenceEncoder
from embeddings.weights import MODEL_NAME, unpack

DEFAULT = "multilingual-e5-small"
HASHING = "hashing"


def open_encoder(choice: str, home: Path, progress: Progress | None = None) -> Encoder:
    """Return the encoder of that name.

    `multilingual-e5-small` (the default) reads all EU languages; its weights are unpacked into `home` at the
    first call. `hashing` needs no model and sees shared words only. Anything else is the folder of a
    sentence-transformers model, or its name as OWNER/NAME where it lies in the local cache; its vectors are taken as
    they come. No model is loaded before the first text (but for a model whose width nobody knows yet), and none is
    ever fetched from the network. Raises BadInput for a plain word that is none of these.
    """
    if choice == DEFAULT:
        return MappedEncoder(open_plain(home, progress), LinearMap.load(), name=f"{MODEL_NAME}-mapped-1")
    if choice == HASHING:
        return HashingEncoder(width=512)
    if "/" not in choice and not Path(choice).is_dir():
        raise BadInput(
            f"no encoder is called {choice!r}; needed: {DEFAULT}, {HASHING}, the folder of a sentence-transformers "
            "model, or OWNER/NAME of one in the local cache; correct KONSORT_ENCODER"
        )
    return SentenceEncoder(choice)


def open_plain(home: Path, progress: Progress | None = None) -> SentenceEncoder:
    """Return the default encoder without its map: what the map is fitted on."""
    return SentenceEncoder(unpack(home, progress), name=MODEL_NAME, width=384)
