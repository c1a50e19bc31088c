"""Which encoder did the user choose?"""

from pathlib import Path

from embeddings.encoder import Encoder, HashingEncoder
from embeddings.sentence_encoder import SentenceEncoder
from embeddings.weights import FOLDER_NAME, Progress, prepare

DEFAULT = "multilingual-e5-small"
HASHING = "hashing"


def open_encoder(choice: str, home: Path, progress: Progress | None = None) -> Encoder:
    """Return the encoder of that name.

    `multilingual-e5-small` (the default) reads all EU languages; its weights are unpacked into `home` at the
    first call. `hashing` needs no model and sees shared words only. Anything else is the folder or the name
    of a sentence-transformers model. No model is loaded before the first text.
    """
    if choice == DEFAULT:
        return SentenceEncoder(prepare(home, progress), name=FOLDER_NAME, width=384)
    if choice == HASHING:
        return HashingEncoder(width=512)
    return SentenceEncoder(choice)
