"""Was this asked a moment ago? The newest few answers of each view, for a page and the next one."""

import threading
import weakref
from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Generic, TypeVar

MOST = 32
Answered = TypeVar("Answered")


class Remembered(Generic[Answered]):
    """Answers by what they depend on: the view of the store that a reader has, and the question.

    A view that is let go takes its answers along, so what one reader was told is never told to another with another
    view. Nobody waits for anybody: two who ask the same at once both work it out.
    """

    def __init__(self, most: int = MOST) -> None:
        self._most = most
        self._views: weakref.WeakKeyDictionary[object, OrderedDict[Hashable, Answered]] = (
            weakref.WeakKeyDictionary()
        )
        self._lock = threading.Lock()

    def get(self, view: object, question: Hashable, work: Callable[[], Answered]) -> Answered:
        """Return the answer that was given in this view, else work it out.

        >>> class View: ...
        >>> view, remembered = View(), Remembered[int]()
        >>> [remembered.get(view, "2 + 2", lambda: 4), remembered.get(view, "2 + 2", lambda: 5)]
        [4, 4]
        """
        with self._lock:
            answers = self._views.setdefault(view, OrderedDict())
            if question in answers:
                answers.move_to_end(question)
                return answers[question]
        answer = work()
        with self._lock:
            answers[question] = answer
            while len(answers) > self._most:
                answers.popitem(last=False)
        return answer
