"""A real PostgreSQL on a free loopback port, with a folder of its own, run by a user who is not root."""

import functools
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import uuid
from pathlib import Path
from typing import Any

from pg8000.native import Connection

from gateway.model.site.centre import CentreSettings
from gateway.model.site.connection import LoginSettings
from gateway.model.site.situation.room import PostgresSettings, SituationSettings
from gateway.model.site.store import StoreSettings
from tests.system.certificates import certificates
from tests.system.servers import die_with_parent, free_port, listens, wait_until

USER, PASSWORD = "room", "s3cret:ä"

_SETTINGS = """
unix_socket_directories = ''
listen_addresses = '127.0.0.1'
max_connections = 60
shared_buffers = 16MB
dynamic_shared_memory_type = posix
fsync = {fsync}
ssl = on
ssl_cert_file = '{folder}/server.pem'
ssl_key_file = '{folder}/server.key'
"""


class PostgresServer:
    """A server that is started again on the same port and data. Its clients log in with a password."""

    def __init__(self, *, fsync: bool = False) -> None:
        self._programs = _programs()
        self._account = _account() if os.geteuid() == 0 else None
        self.folder = Path(tempfile.mkdtemp(prefix="postgres-"))
        self.port = free_port()
        (self.folder / "password").write_text(PASSWORD)
        (self.folder / "wrong-password").write_text("guessed")
        certificates(self.folder)
        for file in self.folder.iterdir():
            file.chmod(0o600)
        self._own(self.folder, *self.folder.iterdir())
        self._data = self.folder / "data"
        password = f"--pwfile={self.folder / 'password'}"
        self._run("initdb", "-D", str(self._data), "-U", USER, "-A", "scram-sha-256", password, "-E", "UTF8", "--locale=C", "--no-sync")
        with (self._data / "postgresql.conf").open("a") as config:
            config.write(_SETTINGS.format(folder=self.folder, fsync="on" if fsync else "off") + f"port = {self.port}\n")
        self.start()

    def start(self) -> None:
        with (self.folder / "log").open("ab") as log:
            self._process = subprocess.Popen(
                [self._programs / "postgres", "-D", self._data],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                cwd=self.folder,
                preexec_fn=die_with_parent,  # noqa: PLW1509 — one call into the kernel
                **self._as_account(),
            )
        wait_until("PostgreSQL", self._answers)

    def stop(self, how: signal.Signals = signal.SIGINT) -> None:
        """End the server: SIGINT ends its sessions, SIGQUIT is like a power cut (postgresql.org/docs/15/server-shutdown.html)."""
        self._process.send_signal(how)
        self._process.wait(60)

    def delete(self) -> None:
        self.stop(signal.SIGQUIT)
        shutil.rmtree(self.folder)

    def new_database(self, encoding: str = "UTF8") -> str:
        """Create an empty database, and return its name."""
        name = f"room_{uuid.uuid4().hex}"
        self.sql(f"CREATE DATABASE {name} ENCODING '{encoding}' TEMPLATE template0")
        return name

    def empty_database(self) -> str:
        """Return the name of a database without tables; those of the test before are dropped."""
        if not self.sql("SELECT 1 FROM pg_database WHERE datname = 'room'"):
            self.sql("CREATE DATABASE room TEMPLATE template0")
        self.end_sessions("room")
        self.sql("DROP SCHEMA public CASCADE; CREATE SCHEMA public", "room")
        return "room"

    def sql(self, query: str, database: str = "postgres") -> list[list[object]]:
        connection = Connection(USER, "127.0.0.1", database, self.port, PASSWORD)
        try:
            return list(connection.run(query) or [])
        finally:
            connection.close()

    def end_sessions(self, database: str) -> None:
        self.sql(f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{database}' AND pid <> pg_backend_pid()")

    def copy(self, database: str) -> str:
        """Dump a database, as `pg_dump` does, restore that into a new one, and return its name."""
        target = self.new_database()
        end = ["-h", "127.0.0.1", "-p", str(self.port), "-U", USER]
        environment = {"PGPASSWORD": PASSWORD, "PATH": os.environ["PATH"]}
        dump = subprocess.run([self._programs / "pg_dump", *end, database], env=environment, check=True, capture_output=True).stdout
        restore: list[str | Path] = [self._programs / "psql", *end, "-q", "-v", "ON_ERROR_STOP=1", target]
        subprocess.run(restore, input=dump, env=environment, check=True, capture_output=True)
        return target

    def settings(self, database: str, port: int | None = None, password: str = "password", ca: str | None = None) -> PostgresSettings:
        """Return what a site file says of a database; `port` is that of a cable."""
        login = LoginSettings(user=USER, password_file=str(self.folder / password))
        return PostgresSettings(server=f"127.0.0.1:{port or self.port}", database=database, login=login, ca=ca)

    def _answers(self) -> bool:
        assert self._process.poll() is None, (self.folder / "log").read_text()[-2000:]
        return (
            listens(self.port)
            and subprocess.run([self._programs / "pg_isready", "-q", "-h", "127.0.0.1", "-p", str(self.port)], check=False).returncode == 0
        )

    def _run(self, program: str, *arguments: str) -> None:
        subprocess.run([self._programs / program, *arguments], cwd=self.folder, check=True, capture_output=True, **self._as_account())

    def _as_account(self) -> dict[str, Any]:
        account = self._account
        return {} if account is None else {"user": account.pw_uid, "group": account.pw_gid, "extra_groups": []}

    def _own(self, *paths: Path) -> None:
        if self._account is not None:
            for path in paths:
                os.chown(path, self._account.pw_uid, self._account.pw_gid)


def centre_of(postgresql: PostgresSettings) -> CentreSettings:
    """Return the settings of a centre whose situations are in a database."""
    situation = SituationSettings(organisations={}, postgresql=postgresql)
    return CentreSettings(broker="mqtt://127.0.0.1:1883", store=StoreSettings(), situation=situation)


@functools.cache
def _programs() -> Path:
    """Return the folder of the newest version's programs; Debian keeps them out of the PATH."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: int(path.parent.name))
    assert found, "PostgreSQL is not installed: run .ci/servers"
    return found[-1]


def _account() -> pwd.struct_passwd:
    """Return a user who owns nothing else: PostgreSQL does not run as root."""
    try:
        return pwd.getpwnam("postgres")
    except KeyError:
        return pwd.getpwnam("nobody")
