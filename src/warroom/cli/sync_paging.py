"""Where a server that pages has been out of reach for a minute, this folder pages by itself."""

from ..room import paged_there, pager, syncing
from ..store.errors import StoreError
from .session import Session, wall


class PagesInstead:
    """`look` now and then; a watch is started once for each time that the server is out of reach."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._seen_to = False

    def look(self) -> None:
        from ..store import folder

        paths = self._session.paths
        joined = syncing.joined(paths.data)
        if joined is None or not joined.pages:
            return
        try:
            entries = folder.entries(paths.incidents)
        except StoreError:
            return
        now = wall()
        cut_off = [each.path for each in entries if paged_there.cut_off(each.path, now) >= paged_there.SILENT]
        if not cut_off:
            self._seen_to = False
        elif not self._seen_to:
            self._seen_to = True
            any(self._begun(path) for path in cut_off)

    def _begun(self, path: str) -> bool:
        """Whether this incident is one to page for, and a watch was started; one pages for all of them."""
        from ..core.values import By
        from ..room.room import Room
        from ..store.log import Log

        paths, settings = self._session.paths, self._session.settings
        try:
            with Log.open(path, "", read_only=True) as log:
                state = Room(log, By(""), wall).load()
        except StoreError:
            return False
        return pager.ensure(paths.data, paths.state, state, settings.watch if settings else True)
