"""Which learned model may answer? Those of dated queries, and the one in use for today's."""

import datetime as dt
import threading
from pathlib import Path

from data.model import History
from matcher.ranking import model_file
from matcher.ranking.model_file import Model
from matcher.ranking.texts import Texts
from matcher.ranking.train import fingerprint, train
from matcher.ranking.training_set import Progress


class ModelRegistry:
    """The learned models of one history. Safe under threads: whoever waits for a model waits for the learning of it.

    Today's queries are answered by the model in use, whatever was imported since, until a newer one is promoted,
    here or by another process. Dated queries are answered by the model of their cutoff alone, which depends on
    nothing that came later.
    """

    def __init__(
        self, history: History, texts: Texts, folder: Path, *, progress: Progress | None = None
    ) -> None:
        self._history = history
        self._texts = texts
        self._folder = folder
        self._progress = progress
        self._fingerprints: dict[dt.date, str] = {}
        self._dated: dict[dt.date, Model | None] = {}
        self._learning = threading.Lock()
        self._in_use: tuple[int | None, Model | None] = (None, None)

    def dated(self, cutoff: dt.date) -> Model | None:
        """The model of a cutoff, learned now if need be; None where too little is known by then.

        A model that does not beat the prior on the newest half year, which it had not seen, does not answer.
        """
        with self._learning:
            if cutoff not in self._dated:
                model = self._kept(cutoff) or self._learn(cutoff)
                self._dated[cutoff] = model if model is not None and model.better else None
            return self._dated[cutoff]

    def in_use(self) -> Model | None:
        """The model in use; None where there is none yet. What another process promotes is taken at once."""
        since = model_file.in_use_since(self._folder)
        known_since, model = self._in_use
        if since != known_since:
            model = model_file.load_in_use(self._folder, self._texts.encoder)
            self._in_use = (since, model)
        return model

    def due(self, cutoff: dt.date) -> bool:
        """Whether nothing was learned yet from the history as it is."""
        return not model_file.is_kept(self._folder, cutoff.isoformat(), self._fingerprint(cutoff))

    def renew(self, cutoff: dt.date) -> tuple[Model | None, bool]:
        """Learn from the history as it is, unless that was done; promote what is at least as good as the one in use.

        Returns what was learned, None where too little is known, and whether it is in use now.
        """
        with self._learning:
            before = self.in_use()
            model = self._kept(cutoff)
            if model is None:
                model = self._learn(cutoff, before)
                if model is not None and model.beats_the_one_in_use:
                    model_file.promote(model, self._folder)
            elif before is None and model.better:
                model_file.promote(model, self._folder)
        now = self.in_use()
        return model, model is not None and now is not None and now.card == model.card

    def _kept(self, cutoff: dt.date) -> Model | None:
        return model_file.load(self._folder, cutoff.isoformat(), self._fingerprint(cutoff))

    def _fingerprint(self, cutoff: dt.date) -> str:
        if cutoff not in self._fingerprints:
            self._fingerprints[cutoff] = fingerprint(self._history, self._texts, cutoff)
        return self._fingerprints[cutoff]

    def _learn(self, cutoff: dt.date, in_use: Model | None = None) -> Model | None:
        model = train(self._history, self._texts, cutoff=cutoff, in_use=in_use, progress=self._progress)
        if model is not None:
            model_file.save(model, self._folder)
        return model
