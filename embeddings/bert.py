"""How does a BERT turn pieces of text into vectors? In torch alone: importing transformers takes seconds more."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path

import torch
from safetensors.torch import load_file
from torch.nn.functional import embedding, gelu, layer_norm, linear, scaled_dot_product_attention


class Bert:
    """The encoder of Devlin et al. (2019), read only, from a folder as transformers writes it.

    Its vectors are those of `transformers.BertModel` on the same weights (`tests/contract/test_encoder.py`).
    """

    def __init__(self, folder: Path, dtype: torch.dtype) -> None:
        sizes = json.loads((folder / "config.json").read_text(encoding="utf-8"))
        self.width: int = sizes["hidden_size"]
        self.longest: int = sizes["max_position_embeddings"]
        self._layers: int = sizes["num_hidden_layers"]
        self._heads: int = sizes["num_attention_heads"]
        self._eps: float = sizes["layer_norm_eps"]
        self._dtype = dtype
        self._weights: Mapping[str, torch.Tensor] = {
            # what is looked up row by row stays in the file, where all processes share it
            name: tensor if name.endswith("_embeddings.weight") else tensor.to(dtype)
            for name, tensor in load_file(folder / "model.safetensors").items()
        }

    def means(self, rows: Sequence[Sequence[int]]) -> torch.Tensor:
        """Return (n, width) float32: the mean over the tokens of each row of ids, all read in one pass without padding.

        Positions begin anew with each row, and each sees itself only, so its mean is what it is alone.
        """
        lengths = [len(row) for row in rows]
        ids = torch.tensor([piece for row in rows for piece in row])
        places = torch.tensor([place for length in lengths for place in range(length)])
        states = self._embedded(ids, places)
        for layer in range(self._layers):
            states = self._layer(f"encoder.layer.{layer}", states, lengths)
        return torch.stack([row.mean(dim=0) for row in torch.split(states.float(), lengths)])

    def _embedded(self, ids: torch.Tensor, places: torch.Tensor) -> torch.Tensor:
        """Return (t, width) what stands for each piece at its place in its row."""
        pieces, types, positions = (
            embedding(rows, self._weights[f"embeddings.{name}_embeddings.weight"]).to(self._dtype)
            for name, rows in (
                ("word", ids),
                ("token_type", torch.zeros_like(ids)),
                ("position", places),
            )
        )
        return self._normed("embeddings.LayerNorm", pieces + types + positions)

    def _layer(self, name: str, states: torch.Tensor, lengths: list[int]) -> torch.Tensor:
        """Return (t, width) after one layer: attention, then what each token makes of it, each added to its input."""
        context = self._attention(f"{name}.attention.self", states, lengths)
        mixed = self._normed(
            f"{name}.attention.output.LayerNorm",
            self._linear(f"{name}.attention.output.dense", context) + states,
        )
        inner = gelu(self._linear(f"{name}.intermediate.dense", mixed))
        return self._normed(f"{name}.output.LayerNorm", self._linear(f"{name}.output.dense", inner) + mixed)

    def _attention(self, name: str, states: torch.Tensor, lengths: list[int]) -> torch.Tensor:
        """Attend within each row: one product a row instead of one masked product of all.

        In float32, which on small products is faster, too.
        """
        query, key, value = (
            self._linear(f"{name}.{part}", states)
            .float()
            .view(1, len(states), self._heads, -1)
            .transpose(1, 2)
            for part in ("query", "key", "value")
        )
        whole = (torch.split(part, lengths, dim=2) for part in (query, key, value))
        rows = [scaled_dot_product_attention(q, k, v) for q, k, v in zip(*whole, strict=True)]
        return torch.cat(rows, dim=2).to(self._dtype).transpose(1, 2).reshape(states.shape)

    def _linear(self, name: str, states: torch.Tensor) -> torch.Tensor:
        return linear(states, self._weights[f"{name}.weight"], self._weights[f"{name}.bias"])

    def _normed(self, name: str, states: torch.Tensor) -> torch.Tensor:
        weight, bias = self._weights[f"{name}.weight"], self._weights[f"{name}.bias"]
        return layer_norm(states, (self.width,), weight, bias, self._eps)
