"""Signs staged metadata, there or on another machine, and brings the signatures back.

`published-root.json` beside the staged files is the root that clients trust now: its keys must sign a new root, too.
"""

import shutil
from collections.abc import Iterable
from pathlib import Path

import msgspec
from securesystemslib.signer import CryptoSigner
from tuf.api.metadata import Metadata, Root, Targets, VerificationResult

from firmware_tools.repository.errors import RepositoryError
from firmware_tools.repository.workbench import Workbench, read_metadata, write_metadata

PUBLISHED_ROOT = "published-root.json"
_TAKEN = ("root.json", "targets.json", PUBLISHED_ROOT)


class SignatureCount(msgspec.Struct, frozen=True):
    """How many of a role's keys have signed what is staged, and how many must.

    Attributes:
        file: The staged file.
        by: Whose keys: `root`, `targets`, or `published root` for the keys that clients trust before they know a new root.
        signed: How many have signed.
        threshold: How many must.
        missing: The beginnings of the ids of the keys that have not.
    """

    file: str
    by: str
    signed: int
    threshold: int
    missing: tuple[str, ...]

    @property
    def enough(self) -> bool:
        """Whether as many have signed as must."""
        return self.signed >= self.threshold


class StagedFiles:
    """The staged metadata in a folder: that of a repository, or a copy on its way to the keys."""

    def __init__(self, folder: Path) -> None:
        """Read them.

        Raises:
            RepositoryError: There are none, or they are damaged.
        """
        self.folder = folder
        self.root = read_metadata(folder / "root.json", Root)
        self.targets = read_metadata(folder / "targets.json", Targets)
        self.published_root = read_metadata(folder / PUBLISHED_ROOT, Root)
        if self.root is None and self.targets is None:
            raise RepositoryError(
                f"{folder} has nothing to sign: 'firmware repo add' and 'firmware repo rotate' stage changes",
                f"{folder} non ha nulla da firmare: 'firmware repo add' e 'firmware repo rotate' preparano le modifiche",
            )

    @property
    def _judge(self) -> Root:
        """The root whose keys sign the targets."""
        found = self.root or self.published_root
        if found is None:
            raise RepositoryError(
                f"{self.folder} has no root.json and no {PUBLISHED_ROOT}: take out the staged files again",
                f"{self.folder} non ha né root.json né {PUBLISHED_ROOT}: estrai di nuovo i file preparati",
            )
        return found.signed

    def counts(self) -> list[SignatureCount]:
        """Return how many signatures each file has, and needs."""
        found = []
        if self.root is not None:
            content, signatures = self.root.signed_bytes, self.root.signatures
            found.append(_count("root.json", "root", self.root.signed.get_verification_result("root", content, signatures)))
            if self.published_root is not None:
                before = self.published_root.signed.get_verification_result("root", content, signatures)
                found.append(_count("root.json", "published root", before))
        if self.targets is not None:
            result = self._judge.get_verification_result("targets", self.targets.signed_bytes, self.targets.signatures)
            found.append(_count("targets.json", "targets", result))
        return found

    def sign(self, signers: Iterable[CryptoSigner]) -> list[tuple[str, str]]:
        """Sign each file with those keys that may sign it, write it, and return the ids of the keys and what each has signed.

        Raises:
            RepositoryError: None of the keys may sign any of the files.
        """
        done = []
        for signer in signers:
            keyid = signer.public_key.keyid
            if self.root is not None and keyid in self._root_keys():
                self.root.sign(signer, append=True)
                done.append((keyid, "root.json"))
            if self.targets is not None and keyid in self._judge.roles["targets"].keyids:
                self.targets.sign(signer, append=True)
                done.append((keyid, "targets.json"))
        if not done:
            raise RepositoryError(
                "none of these keys may sign what is staged: they are the keys of other roles, or were replaced",
                "nessuna di queste chiavi può firmare ciò che è preparato: sono di altri ruoli, o sono state sostituite",
            )
        self._write()
        return done

    def merge(self, other: "StagedFiles") -> None:
        """Add the signatures of a copy of the same files, and write them.

        Raises:
            RepositoryError: The copy is of other files: they were changed here or there.
        """
        for mine, theirs in ((self.root, other.root), (self.targets, other.targets)):
            if theirs is None:
                continue
            if mine is None or mine.signed_bytes != theirs.signed_bytes:
                raise RepositoryError(
                    f"what was signed in {other.folder} is not what is staged now: take out the staged files again, and sign those",
                    f"ciò che è stato firmato in {other.folder} non è ciò che è preparato ora: estrai di nuovo i file e firma quelli",
                )
            mine.signatures |= theirs.signatures
        self._write()

    def _root_keys(self) -> set[str]:
        """Return the ids of the keys that may sign the staged root: its own, and those of the root before."""
        roots: list[Metadata[Root] | None] = [self.root, self.published_root]
        return {keyid for one in roots if one is not None for keyid in one.signed.roles["root"].keyids}

    def _write(self) -> None:
        if self.root is not None:
            write_metadata(self.folder / "root.json", self.root)
        if self.targets is not None:
            write_metadata(self.folder / "targets.json", self.targets)


def staged_in(folder: Path) -> Path:
    """Return where the staged files are, in the folder of a repository or in a copy of them."""
    return folder / "staged" if (folder / "repository.json").is_file() else folder


def take_out(bench: Workbench, to: Path) -> None:
    """Copy the staged metadata to a folder, to be signed on another machine; images stay.

    Raises:
        RepositoryError: Nothing is staged.
        OSError: It can't be copied.
    """
    StagedFiles(bench.staged)
    to.mkdir(parents=True, exist_ok=True)
    for name in _TAKEN:
        (to / name).unlink(missing_ok=True)
        if (bench.staged / name).is_file():
            shutil.copyfile(bench.staged / name, to / name)


def bring_back(bench: Workbench, signed: Path) -> None:
    """Add the signatures that were made elsewhere.

    Raises:
        RepositoryError: They are of other files.
        OSError: They can't be read or written.
    """
    StagedFiles(bench.staged).merge(StagedFiles(signed))


def _count(file: str, by: str, result: VerificationResult) -> SignatureCount:
    return SignatureCount(file, by, len(result.signed), result.threshold, tuple(keyid[:8] for keyid in result.unsigned))
