"""Which organisations may have one owner, and what did people say of it?"""

from itertools import islice
from typing import TYPE_CHECKING

from data.model import OrganisationId
from data.readers import Reader
from data.store import Store
from graph.names.ownership import suspected_pairs
from graph.rules.members import pair
from service.app.allowed import ADMINISTERING, COORDINATING, allowed
from service.app.answers import SuspectedOwner
from service.app.records import Records
from service.app.state import SnapshotHolder

if TYPE_CHECKING:
    from service.runtime.snapshot import Snapshot


class Owners:
    """Lists suspicions, and keeps what a person says of them."""

    def __init__(self, store: Store, records: Records, snapshots: "SnapshotHolder[Snapshot]") -> None:
        self._store = store
        self._records = records
        self._snapshots = snapshots

    @allowed(*COORDINATING)
    def suspected(self, reader: Reader, limit: int) -> tuple[SuspectedOwner, ...]:
        """Pairs of organisations whose names look like one owner and about which nobody has decided."""
        snapshot = self._snapshots.current
        decided = {pair(decision.a, decision.b) for decision in snapshot.owner_decisions}
        organisations = snapshot.organisations
        suspicions = suspected_pairs(organisations.values(), snapshot.count_names())
        undecided = (suspicion for suspicion in suspicions if suspicion.pair not in decided)
        return tuple(
            SuspectedOwner(
                a=OrganisationId(suspicion.a),
                name_a=organisations[OrganisationId(suspicion.a)].label,
                b=OrganisationId(suspicion.b),
                name_b=organisations[OrganisationId(suspicion.b)].label,
                why=suspicion.evidence,
            )
            for suspicion in islice(undecided, limit)
        )

    @allowed(*ADMINISTERING)
    def decide(self, reader: Reader, a: str, b: str, *, same: bool) -> tuple[str, str]:
        """Keep a person's word on whether two organisations have one owner; return the ids of both."""
        first, second = self._records.names.organisations((a, b))
        self._store.put_same_owner(first, second, same, by=reader.id)
        self._snapshots.refresh()
        return first, second
