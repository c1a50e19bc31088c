"""How does the default encoder read text? SentencePiece and a BERT, opened in the time that torch takes.

The `tokenizers` library keeps XLM-R's 250,000 pieces in some 290 MB and takes more than a second to open them;
SentencePiece keeps the same in 55 MB and opens them in half the time. Its own normaliser is not used: the characters'
rules are few, and written out in `normalised`.
"""

import re
import unicodedata
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch
from sentencepiece import SentencePieceProcessor

from embeddings.bert import Bert
from embeddings.weights import PIECES_FILE

PROMPT = "query: "
"""What the model expects before a text (Wang et al. 2024); all texts of the store are asked for alike."""
_DROPPED = re.compile(r"[\x01-\x08\x0b\x0e-\x1f\x7f\x8f\x9f]")
_BLANK = re.compile("[\\t\\n\\f\\r\u1680\u200b-\u200f\u2028\u2029\u2581\ufeff\ufffd]")
_SEVERAL = re.compile(" {2,}")


def normalised(text: str) -> str:
    """Return a text as SentencePiece's nmt_nfkc leaves it: no control characters, plain blanks, composed letters.

    >>> normalised("ﬁne\\u200b  caf\\u0065\\u0301\\x07")
    'fine café'
    """
    return _SEVERAL.sub(" ", unicodedata.normalize("NFKC", _BLANK.sub(" ", _DROPPED.sub("", text))))


class PieceModel:
    """What `embeddings.weights.unpack` unpacked, as a `TextModel`: XLM-R's pieces, BERT, mean over the tokens."""

    seamless = True

    def __init__(self, folder: Path, dtype: torch.dtype) -> None:
        self._pieces = SentencePieceProcessor(model_file=str(folder / PIECES_FILE))
        self._bert = Bert(folder, dtype)
        self.width = self._bert.width
        self.longest = self._bert.longest

    def tokens(self, text: str) -> list[int]:
        """Return the ids of the likeliest pieces of a text (Kudo 2018), between <s> and </s>, never cut.

        A text that spells a special token gets no special token.
        """
        ids = self._pieces.encode(normalised(text))
        return [self._pieces.bos_id(), *ids, self._pieces.eos_id()]

    def prompted(self, text: str) -> list[int]:
        """Return the ids of a text behind the prompt."""
        return self.tokens(PROMPT + text)

    def vectors(self, rows: Sequence[Sequence[int]]) -> np.ndarray:
        """Return (n, width) float32, one for each row of ids."""
        with torch.inference_mode():
            return self._bert.means(rows).numpy()
