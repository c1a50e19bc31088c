"""How does a sentence-transformers model of the user's choice read text? In batches, shorter texts filled up."""

import logging
from collections.abc import Sequence
from typing import Any

import numpy as np
import torch
from sentence_transformers import SentenceTransformer
from transformers.utils import logging as transformers_logging


class PaddedModel:
    """Any SentenceTransformer folder or name, as a `TextModel`. Raises OSError or ValueError where there is none."""

    seamless = False

    def __init__(self, source: str, dtype: torch.dtype) -> None:
        transformers_logging.disable_progress_bar()  # type: ignore[no-untyped-call, unused-ignore]
        transformers_logging.set_verbosity_error()  # type: ignore[no-untyped-call, unused-ignore]
        logging.getLogger("sentence_transformers").setLevel(logging.ERROR)
        self._model = SentenceTransformer(
            source, device="cpu", model_kwargs={"dtype": dtype}, local_files_only=True
        ).eval()
        self._tokenizer: Any = self._model.tokenizer
        self._prompt = self._model.prompts.get(self._model.default_prompt_name or "", "") or ""
        self.width = int(self._model.get_embedding_dimension() or 0)
        self.longest = self._model.max_seq_length or 512

    def tokens(self, text: str) -> list[int]:
        """Return the ids of a text's tokens with what stands round every text, never cut."""
        ids: list[int] = self._tokenizer(text, truncation=False, verbose=False)["input_ids"]
        return ids

    def prompted(self, text: str) -> list[int]:
        """Return the same of a text behind the model's own default prompt."""
        return self.tokens(self._prompt + text)

    def vectors(self, rows: Sequence[Sequence[int]]) -> np.ndarray:
        """Return (n, width) float32, one for each row of ids."""
        longest, pad = max(map(len, rows)), self._tokenizer.pad_token_id
        features = {
            "input_ids": torch.tensor([[*row, *[pad] * (longest - len(row))] for row in rows]),
            "attention_mask": torch.tensor([[1] * len(row) + [0] * (longest - len(row)) for row in rows]),
        }
        with torch.inference_mode():
            vectors: np.ndarray = self._model.forward(features)["sentence_embedding"].float().numpy()
        return vectors
