"""The advisory lock of a Situation Room in PostgreSQL: its session has it, and the server ends a session that is silent."""

from gateway.centre.situation.postgres.session import ADVISORY_CLASS, PostgresConnection, PostgresSession, SessionLimits
from gateway.model.site.situation.room import PostgresSettings

_TAKE = f"SELECT pg_try_advisory_lock({ADVISORY_CLASS}, 0), pg_backend_pid()"


class PostgresRoomLock:
    """The lock of the room whose situations are in a database, for use by one thread at a time.

    Args:
        settings: Where the database is, and who logs in. The connection has to be the server's own: a pool shares sessions.
        answer_s: How long the server may take for an answer.
        idle_s: After which silence the server ends the session, so that another can have the lock.
    """

    def __init__(self, settings: PostgresSettings, answer_s: float, idle_s: float) -> None:
        self._session = PostgresSession(settings, SessionLimits(answer_s, idle_s))
        self._backend = 0

    def hold(self) -> bool:
        """Take the lock if nobody holds it, and return whether this process holds it now."""
        if self._backend and self._session.is_open:
            return self._session.run(self._is_same)
        self._backend = 0
        return self._session.run(self._take)

    def release(self) -> None:
        """Let another process take the lock."""
        self._backend = 0
        self._session.close()

    def _take(self, connection: PostgresConnection) -> bool:
        ((taken, backend),) = connection.run(_TAKE)
        self._backend = int(backend) if taken else 0
        return bool(taken)

    def _is_same(self, connection: PostgresConnection) -> bool:
        """Return whether the session is still that which took the lock, which then has it; the request also keeps it alive."""
        ((backend,),) = connection.run("SELECT pg_backend_pid()")
        return bool(backend == self._backend)
