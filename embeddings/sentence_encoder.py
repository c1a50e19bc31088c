"""How does a language model read texts of any length, quickly, and the same each time?"""

import threading
import time
from collections import deque
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from itertools import takewhile
from pathlib import Path
from typing import Protocol

import numpy as np

from data.errors import NotReady
from embeddings.encoder import Progress, is_blank, unit_rows
from embeddings.weights import PIECES_FILE

TOKENS_PER_BATCH = 1024
"""Tokens in one pass, padding included: enough to keep a core busy, few enough that a question beside an import waits
little."""
TOKENS_PER_PASS = 32
"""What a pass costs beside its tokens, in tokens: where shorter windows are padded to the longest, one stands in the
same pass only if its padding costs less."""
TOKENS_TOGETHER = 1024
"""Up to so many tokens in all are shared out evenly among the workers, where they are read without padding: so a
question's text and sentences keep every core busy to the end."""
WORKERS = 2
"""Passes at once, each on its share of the cores: a text of a page does not keep more than one core busy."""


@dataclass(frozen=True, slots=True)
class _Window:
    """A part of a text that the model can read at once. `weight`: its number of tokens."""

    text: int
    token_ids: list[int]

    @property
    def weight(self) -> int:
        return len(self.token_ids)


class TextModel(Protocol):
    """An opened model. `width`: numbers in a vector; `longest`: tokens read at once; `seamless`: without padding."""

    width: int
    longest: int
    seamless: bool

    def tokens(self, text: str) -> list[int]:
        """Return the ids of a text's tokens with what stands round every text, never cut."""
        ...

    def prompted(self, text: str) -> list[int]:
        """Return the same of a text behind the model's prompt."""
        ...

    def vectors(self, rows: Sequence[Sequence[int]]) -> np.ndarray:
        """Return (n, width) float32, one for each row of ids. Safe under threads."""
        ...


class SentenceEncoder:
    """The default encoder's folder, or any SentenceTransformer's folder or name, as an Encoder.

    The model is opened at the first use (or by `warm`), because importing torch takes a second; `name` and
    `width` must therefore be known beforehand or are read from the model when asked for. A text longer than
    the model reads is split into equal windows of tokens, whose vectors are averaged by their number of
    tokens. The prompt is the model's own default prompt (for e5 models "query: "). Rows agree within cosine
    0.9995 whatever stands beside them in a batch. Safe under threads.
    """

    def __init__(self, model: str | Path, *, name: str | None = None, width: int | None = None) -> None:
        self._source = str(model)
        self._name = name
        self._width = width
        self._model: TextModel | None = None
        self._lock = threading.RLock()
        self._workers: ThreadPoolExecutor | None = None

    @property
    def name(self) -> str:
        return self._name or f"sentence-transformer:{self._source}"

    @property
    def width(self) -> int:
        if self._width is None:
            self._width = self.warm().width
        return self._width

    def warm(self) -> TextModel:
        """Open the model now. Raises NotReady, saying what was looked for, when it cannot be opened."""
        with self._lock:
            if self._model is None:
                self._model = _open_model(self._source)
                self._workers = _open_workers()
            return self._model

    def encode(self, texts: Sequence[str], progress: Progress | None = None) -> np.ndarray:
        """Return (n, width) float32; see `Encoder.encode`."""
        visible = [i for i, text in enumerate(texts) if not is_blank(text)]
        if not visible:
            return np.zeros((len(texts), self.width), dtype=np.float32)
        sums = np.zeros((len(texts), self.width), dtype=np.float32)
        with self._lock:  # a tokenizer serves one thread at a time
            model = self.warm()
            windows = [window for i in visible for window in _windows(model, i, texts[i])]
        read = 0
        few = model.seamless and sum(window.weight for window in windows) <= TOKENS_TOGETHER
        batches = _shared_out(windows) if few else list(_batches(windows, padded=not model.seamless))
        for batch, vectors in zip(batches, self._passes(model, batches), strict=True):
            for window, vector in zip(batch, vectors, strict=True):
                sums[window.text] += window.weight * vector
            read += len(batch)
            if progress is not None:
                progress("texts", read * len(texts) // len(windows), len(texts))
        return unit_rows(sums)

    def _passes(self, model: TextModel, batches: list[list[_Window]]) -> Iterator[np.ndarray]:
        """Yield the vectors of each batch, in order, WORKERS at a time: a question need not wait for a whole import."""
        assert self._workers is not None, "the model was opened"
        running: deque[Future[np.ndarray]] = deque()
        for batch in batches:
            if len(running) == WORKERS:
                yield running.popleft().result()
            running.append(self._workers.submit(_forward, model, batch))
        for last in running:
            yield last.result()


def _open_model(source: str) -> TextModel:
    import torch

    dtype = torch.bfloat16 if _bfloat16_pays() else torch.float32
    try:
        if (Path(source) / PIECES_FILE).is_file():
            from embeddings.pieces import PieceModel

            return PieceModel(Path(source), dtype)
        from embeddings.padded import PaddedModel  # slow to import: only who chose another model pays

        return PaddedModel(source, dtype)
    except (OSError, ValueError) as error:
        why = error if Path(source).is_dir() else "it is no folder, and the local cache has no such model"
        raise NotReady(
            f"no sentence-transformers model could be opened from {source!r} ({why}); "
            "name a folder that holds one: nothing is fetched from the network"
        ) from error


def _open_workers() -> ThreadPoolExecutor:
    """Start the threads that call torch: it keeps cores and memory for each thread that calls it, so only these do."""
    import torch

    cores = torch.get_num_threads()
    workers = min(WORKERS, cores)
    return ThreadPoolExecutor(
        workers,
        thread_name_prefix="encoder",
        initializer=torch.set_num_threads,
        initargs=(max(1, cores // workers),),
    )


def _bfloat16_pays() -> bool:
    """Time one layer's product in both number formats: bfloat16 halves memory, but some processors emulate
    it."""
    import torch

    def best_s(dtype: torch.dtype) -> float:
        left, right = torch.ones(256, 384, dtype=dtype), torch.ones(384, 1536, dtype=dtype)
        times = []
        for _ in range(6):
            started = time.perf_counter()
            left @ right
            times.append(time.perf_counter() - started)
        return min(times)

    return best_s(torch.bfloat16) < best_s(torch.float32)


def _windows(model: TextModel, text: int, content: str) -> Iterator[_Window]:
    """Yield the windows of one text: one where it fits, else as few as possible and of nearly equal size."""
    longest = model.longest
    whole = model.prompted(content)
    if len(whole) <= longest:
        yield _Window(text, whole)
        return
    frame = model.tokens("")  # what stands round every text
    begin = sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(whole, frame, strict=False)))
    head, tail = frame[:begin], frame[begin:]
    inner = whole[begin : len(whole) - len(tail)]
    n_windows = -(-len(inner) // (longest - len(frame)))
    size = -(-len(inner) // n_windows)
    for start in range(0, len(inner), size):
        yield _Window(text, [*head, *inner[start : start + size], *tail])


def _batches(windows: list[_Window], *, padded: bool) -> Iterator[list[_Window]]:
    """Yield batches of windows, longest first; of similar length where the shorter are padded to the longest."""
    batch: list[_Window] = []
    tokens = 0
    for window in sorted(windows, key=lambda window: (-window.weight, window.text)):
        cost = batch[0].weight if padded and batch else window.weight
        if batch and (tokens + cost > TOKENS_PER_BATCH or cost > window.weight + TOKENS_PER_PASS):
            yield batch
            batch, tokens, cost = [], 0, window.weight
        batch.append(window)
        tokens += cost
    if batch:
        yield batch


def _shared_out(windows: list[_Window]) -> list[list[_Window]]:
    """Return one batch a worker, of nearly as many tokens each: the longest first, to whom has least."""
    shares: list[list[_Window]] = [[] for _ in range(WORKERS)]
    for window in sorted(windows, key=lambda window: (-window.weight, window.text)):
        min(shares, key=lambda share: sum(placed.weight for placed in share)).append(window)
    return [share for share in shares if share]


def _forward(model: TextModel, batch: list[_Window]) -> np.ndarray:
    """Return (len(batch), d) float32 unit rows."""
    return unit_rows(model.vectors([window.token_ids for window in batch]))
