"""How does the default encoder read text? SentencePiece and a BERT, as a module of sentence-transformers.

The `tokenizers` library keeps XLM-R's 250,000 pieces in some 290 MB and takes more than a second to open them;
SentencePiece keeps the same in 55 MB and opens them in half the time. Its own normaliser is not used: the characters'
rules are few, and written out in `normalised`.
"""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import torch
from sentence_transformers import SentenceTransformer
from sentence_transformers.base.modules import InputModule
from sentence_transformers.sentence_transformer.modules import Normalize, Pooling
from sentencepiece import SentencePieceProcessor
from transformers import AttentionInterface, AttentionMaskInterface, BertModel
from transformers.integrations.sdpa_attention import sdpa_attention_forward
from transformers.masking_utils import sdpa_mask

from embeddings.weights import PIECES_FILE

PROMPTS = {"query": "query: ", "passage": "passage: "}
"""What the model expects before a text (Wang et al. 2024); all texts of the store are asked for alike."""
ATTENTION = "row_by_row"
"""The name under which transformers finds `_row_by_row`."""
_DROPPED = re.compile(r"[\x01-\x08\x0b\x0e-\x1f\x7f\x8f\x9f]")
_BLANK = re.compile("[\\t\\n\\f\\r\u1680\u200b-\u200f\u2028\u2029\u2581\ufeff\ufffd]")
_SEVERAL = re.compile(" {2,}")


def normalised(text: str) -> str:
    """Return a text as SentencePiece's nmt_nfkc leaves it: no control characters, plain blanks, composed letters.

    >>> normalised("ﬁne\\u200b  caf\\u0065\\u0301\\x07")
    'fine café'
    """
    return _SEVERAL.sub(" ", unicodedata.normalize("NFKC", _BLANK.sub(" ", _DROPPED.sub("", text))))


class Pieces:
    """XLM-R's tokenizer: the likeliest pieces of a text (Kudo 2018), between <s> and </s>."""

    def __init__(self, file: Path) -> None:
        self._processor = SentencePieceProcessor(model_file=str(file))
        self.pad_token_id: int = self._processor.pad_id()

    def __call__(self, text: str, **_: Any) -> dict[str, list[int]]:
        """Return `input_ids`, never cut. A text that spells a special token gets no special token."""
        ids = self._processor.encode(normalised(text))
        return {"input_ids": [self._processor.bos_id(), *ids, self._processor.eos_id()]}


class PieceTransformer(InputModule):
    """Pieces and a BERT: the first module of the default encoder, which adds `token_embeddings` (b, t, d)."""

    def __init__(self, bert: BertModel, tokenizer: Pieces) -> None:
        super().__init__()  # type: ignore[no-untyped-call, unused-ignore]
        self.bert = bert
        self.tokenizer: Any = tokenizer
        self.max_seq_length = int(bert.config.max_position_embeddings)

    def save(self, output_path: str, *args: Any, safe_serialization: bool = True, **kwargs: Any) -> None:
        """Not offered: the folder is made from the package, by `embeddings.weights.unpack`."""
        raise NotImplementedError("the default encoder is unpacked from its package, not saved")

    def get_embedding_dimension(self) -> int:
        return int(self.bert.config.hidden_size)

    def preprocess(self, inputs: Sequence[Any], prompt: str | None = None, **_: Any) -> dict[str, Any]:
        """Return `input_ids` and `attention_mask` (b, t) of texts, each cut to what the model reads."""
        texts = [(prompt or "") + str(text) for text in inputs]
        return padded(
            (self.tokenizer(text)["input_ids"][: self.max_seq_length] for text in texts),
            self.tokenizer.pad_token_id,
        )

    def forward(self, features: dict[str, Any], **_: Any) -> dict[str, Any]:
        answer = self.bert(input_ids=features["input_ids"], attention_mask=features["attention_mask"])
        features["token_embeddings"] = answer.last_hidden_state
        return features

    def end_to_end(self, rows: Sequence[Sequence[int]]) -> torch.Tensor:
        """Return (n, d): the mean over the tokens of each row of ids, all read in one row without padding.

        Positions begin anew with each, and each sees itself only, so its mean is what it is alone.
        """
        lengths = [len(row) for row in rows]
        answer = self.bert(
            input_ids=torch.tensor([[piece for row in rows for piece in row]]),
            position_ids=torch.tensor([[place for length in lengths for place in range(length)]]),
            row_lengths=lengths,
        )
        states = torch.split(answer.last_hidden_state[0].float(), lengths)
        return torch.stack([row.mean(dim=0) for row in states])


def _row_by_row(
    module: torch.nn.Module,
    query: torch.Tensor,
    key: torch.Tensor,
    value: torch.Tensor,
    attention_mask: torch.Tensor | None,
    *,
    row_lengths: Sequence[int] | None = None,
    **settings: Any,
) -> tuple[torch.Tensor, None]:
    """Attend within each row of an end-to-end pass; without `row_lengths`, as torch does.

    One product a row instead of one masked product of all; in float32, which on small products is faster, too.
    """
    if row_lengths is None:
        return sdpa_attention_forward(module, query, key, value, attention_mask, **settings)
    whole = (torch.split(part.float(), list(row_lengths), dim=2) for part in (query, key, value))
    rows = [
        torch.nn.functional.scaled_dot_product_attention(q, k, v, scale=settings.get("scaling"))
        for q, k, v in zip(*whole, strict=True)
    ]
    return torch.cat(rows, dim=2).to(query.dtype).transpose(1, 2), None


def open_folder(folder: Path, model_kwargs: dict[str, Any]) -> SentenceTransformer:
    """Open what `embeddings.weights.unpack` unpacked: BERT, mean over the tokens, length 1."""
    AttentionInterface.register(ATTENTION, _row_by_row)
    AttentionMaskInterface.register(ATTENTION, sdpa_mask)
    bert = BertModel.from_pretrained(
        folder, add_pooling_layer=False, attn_implementation=ATTENTION, **model_kwargs
    )
    modules = [
        PieceTransformer(bert, Pieces(folder / PIECES_FILE)),
        Pooling(bert.config.hidden_size, "mean"),
        Normalize(),
    ]
    return SentenceTransformer(modules=modules, device="cpu", prompts=PROMPTS, default_prompt_name="query")


def padded(rows: Iterable[Sequence[int]], pad: int) -> dict[str, torch.Tensor]:
    """Return `input_ids` and `attention_mask`, (b, t) int64, shorter rows filled up with `pad`."""
    kept = [list(row) for row in rows]
    longest = max(map(len, kept))
    return {
        "input_ids": torch.tensor([[*row, *[pad] * (longest - len(row))] for row in kept]),
        "attention_mask": torch.tensor([[1] * len(row) + [0] * (longest - len(row)) for row in kept]),
    }
