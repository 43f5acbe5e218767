"""The attacks that The Update Framework lists (specification, section 1.5.2): each is refused, with a sentence, and changes nothing."""

import json
import shutil
from datetime import timedelta
from pathlib import Path

import pytest
from tuf.api.metadata import Metadata, MetaFile, Snapshot, Targets, Timestamp

from firmware_tools.repository.changes import rotate
from firmware_tools.repository.client import VerifiedRepository
from firmware_tools.repository.errors import RepositoryRefused
from firmware_tools.repository.keys import make_key, read_signer
from firmware_tools.repository.publishing import publish
from tests.firmware_tools.repository.making import NOW, Maker


@pytest.fixture
async def maker(tmp_path: Path) -> Maker:
    """A repository that has published 1.26.0, which a gateway has read."""
    made = Maker(tmp_path)
    made.add(b"the image of 1.26.0")
    made.publish()
    await made.client(tmp_path / "gateway").refresh()
    return made


def state_of(folder: Path) -> dict[str, bytes]:
    return {file.name: file.read_bytes() for file in folder.rglob("*") if file.is_file()}


async def refusal(client: VerifiedRepository, image: str | None = None) -> RepositoryRefused:
    """Return how a refresh, or the fetching of an image after it, is refused."""
    if image is not None:
        await client.refresh()
    with pytest.raises(RepositoryRefused) as caught:
        await (client.refresh() if image is None else client.image(image))
    assert len(caught.value.english.split()) >= 7
    assert len(caught.value.italian.split()) >= 5
    return caught.value


def saved(maker: Maker, name: str) -> Path:
    """Keep a copy of what is published now."""
    copy = maker.folder / name
    shutil.copytree(maker.published, copy)
    return copy


def put_back(maker: Maker, copy: Path) -> None:
    shutil.rmtree(maker.published)
    shutil.copytree(copy, maker.published)


def forged(maker: Maker, role: str, metadata: Metadata, file: str) -> None:  # type: ignore[type-arg]
    """Publish metadata signed with the key of snapshot or timestamp, as somebody does who has stolen it."""
    metadata.sign(read_signer(maker.online_key(role), lambda _: ""))
    (maker.published / "metadata" / file).write_bytes(metadata.to_bytes())


async def test_rollback_an_older_timestamp_is_refused(maker: Maker, tmp_path: Path) -> None:
    old = saved(maker, "old")
    maker.add(b"the image of 1.27.0", "1.27.0")
    maker.publish()
    await maker.client(tmp_path / "gateway").refresh()
    before = state_of(tmp_path / "gateway")
    put_back(maker, old)
    found = await refusal(maker.client(tmp_path / "gateway"))
    assert found.code == "rollback"
    assert "timestamp is older than the one that is trusted already" in found.english
    assert state_of(tmp_path / "gateway") == before


async def test_rollback_older_targets_below_a_newer_timestamp_are_refused(maker: Maker, tmp_path: Path) -> None:
    """With the keys of snapshot and timestamp, somebody can't offer the flawed firmware of last year again."""
    old_targets = (maker.published / "metadata" / "1.targets.json").read_bytes()
    maker.add(b"the image of 1.27.0", "1.27.0")
    maker.publish()
    await maker.client(tmp_path / "gateway").refresh()
    snapshot = Snapshot(9, expires=NOW + timedelta(days=9), meta={"targets.json": MetaFile.from_data(1, old_targets, ["sha256"])})
    forged(maker, "snapshot", Metadata(snapshot), "9.snapshot.json")
    forged(maker, "timestamp", Metadata(Timestamp(9, expires=NOW + timedelta(days=9), snapshot_meta=MetaFile(9))), "timestamp.json")
    found = await refusal(maker.client(tmp_path / "gateway"))
    assert found.code == "rollback"
    assert "snapshot" in found.english


async def test_freeze_a_timestamp_that_nobody_renews_is_refused_when_it_expires(maker: Maker, tmp_path: Path) -> None:
    maker.passes(13.9)
    await maker.client(tmp_path / "gateway").refresh()
    maker.passes(0.2)
    found = await refusal(maker.client(tmp_path / "gateway"))
    assert found.code == "expired"
    assert found.english.startswith(
        "timestamp expired on 2026-12-15 12:00 UTC: it was not renewed, or somebody between keeps newer metadata back"
    )
    maker.publish()
    await maker.client(tmp_path / "gateway").refresh()


@pytest.mark.parametrize(("days", "role"), [(31, "snapshot"), (366, "targets"), (731, "root")])
async def test_freeze_every_role_expires(maker: Maker, tmp_path: Path, days: int, role: str) -> None:
    maker.passes(days)
    for name in {"snapshot", "timestamp"} - {role}:
        file = maker.published / "metadata" / ("timestamp.json" if name == "timestamp" else "1.snapshot.json")
        metadata = Metadata.from_file(str(file))
        metadata.signed.expires = maker.now + timedelta(days=1)
        metadata.signed.version += name == "timestamp"
        if isinstance(metadata.signed, Timestamp):
            metadata.signed.snapshot_meta = MetaFile(1)
        forged(maker, name, metadata, file.name)
    found = await refusal(maker.client(tmp_path / "another gateway"))
    assert found.english.startswith(f"{role} expired on ")


@pytest.mark.parametrize(("file", "most"), [("timestamp.json", 1 << 14), ("2.root.json", 1 << 18)])
async def test_endless_data_is_not_read_on(maker: Maker, tmp_path: Path, file: str, most: int) -> None:
    with (maker.published / "metadata" / file).open("wb") as endless:
        endless.truncate(1 << 40)
    found = await refusal(maker.client(tmp_path / "gateway"))
    assert found.code == "too-large"
    assert f"metadata/{file} is larger than the {most} bytes that it may have" in found.english


async def test_endless_data_in_place_of_an_image_is_not_read_on(maker: Maker, tmp_path: Path) -> None:
    (image,) = (file for file in maker.published.joinpath("targets").rglob("*") if file.is_file())
    with image.open("wb") as endless:
        endless.truncate(1 << 40)
    found = await refusal(maker.client(tmp_path / "gateway"), "wirenboard/WBMR6C/1.26.0/mr6c.wbfw")
    assert found.code == "too-large"
    assert sum(file.stat().st_size for file in (tmp_path / "gateway").rglob("*")) < 1 << 20


async def test_mix_and_match_a_snapshot_of_another_publication_is_refused(maker: Maker, tmp_path: Path) -> None:
    maker.add(b"the image of 1.27.0", "1.27.0")
    maker.publish()
    metadata = maker.published / "metadata"
    shutil.copy(metadata / "1.snapshot.json", metadata / "2.snapshot.json")
    found = await refusal(maker.client(tmp_path / "gateway"))
    assert found.code == "mixed"
    assert "snapshot is not the one that the repository's other metadata names" in found.english


async def test_mix_and_match_targets_of_another_publication_are_refused(maker: Maker, tmp_path: Path) -> None:
    maker.add(b"the image of 1.27.0", "1.27.0")
    maker.publish()
    metadata = maker.published / "metadata"
    shutil.copy(metadata / "1.targets.json", metadata / "2.targets.json")
    assert (await refusal(maker.client(tmp_path / "gateway"))).code == "mixed"
    # also if the snapshot names no hash, with its key and the timestamp's
    forged(maker, "snapshot", Metadata(Snapshot(3, expires=NOW + timedelta(days=9), meta={"targets.json": MetaFile(2)})), "3.snapshot.json")
    forged(maker, "timestamp", Metadata(Timestamp(3, expires=NOW + timedelta(days=9), snapshot_meta=MetaFile(3))), "timestamp.json")
    assert (await refusal(maker.client(tmp_path / "gateway"))).code == "mixed"


async def test_wrong_signature_targets_signed_by_another_key_are_refused(maker: Maker, tmp_path: Path) -> None:
    """Not even the keys of snapshot and timestamp make a firmware that a gateway accepts."""
    make_key(tmp_path / "other.pem", None)
    targets: Metadata[Targets] = Metadata.from_file(str(maker.published / "metadata" / "1.targets.json"))
    targets.signed.version = 2
    targets.signatures.clear()
    targets.sign(read_signer(tmp_path / "other.pem", lambda _: ""))
    content = targets.to_bytes()
    (maker.published / "metadata" / "2.targets.json").write_bytes(content)
    forged(
        maker,
        "snapshot",
        Metadata(Snapshot(2, expires=NOW + timedelta(days=9), meta={"targets.json": MetaFile.from_data(2, content, ["sha256"])})),
        "2.snapshot.json",
    )
    forged(maker, "timestamp", Metadata(Timestamp(2, expires=NOW + timedelta(days=9), snapshot_meta=MetaFile(2))), "timestamp.json")
    found = await refusal(maker.client(tmp_path / "gateway"))
    assert found.code == "signature"
    assert "targets is not signed by enough of the keys that may sign it" in found.english


async def test_wrong_signature_a_root_that_the_old_root_has_not_signed_is_refused(maker: Maker, tmp_path: Path) -> None:
    stranger = Maker(tmp_path / "stranger")
    stranger.add()
    stranger.publish()
    stranger.passes(1)
    make_key(stranger.keys / "timestamp-2.pem", None)
    new = make_key(stranger.keys / "targets-2.pem", None)
    rotate(stranger.bench, "targets", None, new, stranger.now)
    stranger.publish()
    shutil.copy(stranger.published / "metadata" / "2.root.json", maker.published / "metadata" / "2.root.json")
    found = await refusal(maker.client(tmp_path / "gateway"))
    assert found.code == "signature"
    assert found.english.startswith("root is not signed")


async def test_a_foreign_root_in_place_of_the_first_one_is_not_asked_for(maker: Maker, tmp_path: Path) -> None:
    stranger = Maker(tmp_path / "stranger")
    stranger.add()
    stranger.publish()
    found = await refusal(stranger.client(tmp_path / "gateway", root=maker.root))
    assert found.code == "signature"


async def test_a_stolen_timestamp_key_stops_updates_until_root_names_another_one(maker: Maker, tmp_path: Path) -> None:
    """Its thief can raise the version so high that the true repository looks rolled back, and nothing else."""
    genuine = (maker.published / "metadata" / "timestamp.json").read_bytes()
    stolen: Metadata[Timestamp] = Metadata.from_bytes(genuine)
    stolen.signed.version = 1_000_000
    stolen.signatures.clear()
    forged(maker, "timestamp", stolen, "timestamp.json")
    await maker.client(tmp_path / "gateway").refresh()
    (maker.published / "metadata" / "timestamp.json").write_bytes(genuine)
    maker.add(b"the image of 1.27.0", "1.27.0")
    maker.publish()
    assert (await refusal(maker.client(tmp_path / "gateway"))).code == "rollback"

    maker.rotate_online("timestamp").rename(tmp_path / "stolen.pem")
    maker.publish()
    client = maker.client(tmp_path / "gateway")
    await client.refresh()
    assert "wirenboard/WBMR6C/1.27.0/mr6c.wbfw" in client.firmware()

    again: Metadata[Timestamp] = Metadata.from_bytes(genuine)
    again.signed.version = 2_000_000
    again.signatures.clear()
    again.sign(read_signer(tmp_path / "stolen.pem", lambda _: ""))
    (maker.published / "metadata" / "timestamp.json").write_bytes(again.to_bytes())
    assert (await refusal(maker.client(tmp_path / "gateway"))).code == "signature"


async def test_stolen_keys_of_snapshot_and_timestamp_are_recovered_from_by_root(maker: Maker, tmp_path: Path) -> None:
    forged(
        maker,
        "snapshot",
        Metadata(Snapshot(1000, expires=NOW + timedelta(days=9), meta={"targets.json": MetaFile(1000)})),
        "1000.snapshot.json",
    )
    genuine = (maker.published / "metadata" / "timestamp.json").read_bytes()
    forged(maker, "timestamp", Metadata(Timestamp(1000, expires=NOW + timedelta(days=9), snapshot_meta=MetaFile(1000))), "timestamp.json")
    assert (await refusal(maker.client(tmp_path / "gateway"))).code == "missing"
    (maker.published / "metadata" / "timestamp.json").write_bytes(genuine)
    (maker.published / "metadata" / "1000.snapshot.json").unlink()
    for role in ("snapshot", "timestamp"):
        maker.rotate_online(role)
    maker.publish()
    await maker.client(tmp_path / "gateway").refresh()


async def test_arbitrary_package_only_what_was_signed_can_be_fetched(maker: Maker, tmp_path: Path) -> None:
    (maker.published / "targets" / "evil.wbfw").write_bytes(b"evil")
    found = await refusal(maker.client(tmp_path / "gateway"), "evil.wbfw")
    assert found.code == "unknown"
    assert found.english.startswith("the repository has signed nothing with the name evil.wbfw")


async def test_tampering_an_image_with_one_other_bit_is_refused_and_not_stored(maker: Maker, tmp_path: Path) -> None:
    (image,) = (file for file in maker.published.joinpath("targets").rglob("*") if file.is_file())
    content = bytearray(image.read_bytes())
    content[3] ^= 1
    image.write_bytes(content)
    found = await refusal(maker.client(tmp_path / "gateway"), "wirenboard/WBMR6C/1.26.0/mr6c.wbfw")
    assert found.code == "altered"
    assert list((tmp_path / "gateway" / "images").iterdir()) == []
    image.write_bytes(content[:-1])
    assert (await refusal(maker.client(tmp_path / "gateway"), "wirenboard/WBMR6C/1.26.0/mr6c.wbfw")).code == "altered"


async def test_tampering_a_stored_image_that_changed_on_the_disk_is_fetched_again(maker: Maker, tmp_path: Path) -> None:
    client = maker.client(tmp_path / "gateway")
    await client.refresh()
    image = await client.image("wirenboard/WBMR6C/1.26.0/mr6c.wbfw")
    image.write_bytes(b"\0" * image.stat().st_size)
    assert (await client.image("wirenboard/WBMR6C/1.26.0/mr6c.wbfw")).read_bytes() == b"the image of 1.26.0"


async def test_tampering_metadata_with_one_other_bit_is_refused(maker: Maker, tmp_path: Path) -> None:
    maker.add(b"the image of 1.27.0", "1.27.0")
    maker.publish()
    for name in ("timestamp.json", "2.snapshot.json", "2.targets.json"):
        file = maker.published / "metadata" / name
        genuine = file.read_bytes()
        for place in range(0, len(genuine), 97):
            file.write_bytes(genuine[:place] + bytes([genuine[place] ^ 1]) + genuine[place + 1 :])
            if json_of(file) == json_of_bytes(genuine):
                continue
            with pytest.raises(RepositoryRefused):
                await maker.client(tmp_path / f"gateway {name}").refresh()
        file.write_bytes(genuine)
    await maker.client(tmp_path / "gateway").refresh()


def json_of(file: Path) -> object:
    return json_of_bytes(file.read_bytes())


def json_of_bytes(content: bytes) -> object:
    try:
        return json.loads(content)
    except ValueError:
        return content


@pytest.mark.parametrize(
    "content", [b"", b"\0" * 100, b"[" * 10000, b"null", b'{"signed": {"_type": "timestamp"}}', b'{"signatures": [], "signed": 1e999}']
)
async def test_nonsense_in_place_of_metadata_is_refused_with_a_sentence(maker: Maker, tmp_path: Path, content: bytes) -> None:
    (maker.published / "metadata" / "timestamp.json").write_bytes(content)
    found = await refusal(maker.client(tmp_path / "gateway"))
    assert found.code == "malformed"
    assert found.english == "timestamp can't be read: it is damaged"


async def test_an_untrusted_clock_is_not_asked_whether_metadata_has_expired(maker: Maker, tmp_path: Path) -> None:
    found = await refusal(maker.client(tmp_path / "gateway", clock=lambda: None))
    assert found.code == "clock"
    assert "the clock of this machine is not trusted" in found.english


async def test_a_power_cut_while_trusted_metadata_is_written_opens_no_rollback(
    maker: Maker, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is written is whole and synced before it replaces what was there."""
    old = saved(maker, "old")
    maker.add(b"the image of 1.27.0", "1.27.0")
    maker.publish()

    def power_cut(*_: object, **__: object) -> None:
        raise OSError("power cut")

    monkeypatch.setattr("gateway.host.files.os.fsync", power_cut)
    with pytest.raises(OSError, match="power cut"):
        await maker.client(tmp_path / "gateway").refresh()
    monkeypatch.undo()
    assert Metadata.from_file(str(tmp_path / "gateway" / "timestamp.json")).signed.version == 1
    await maker.client(tmp_path / "gateway").refresh()
    put_back(maker, old)
    assert (await refusal(maker.client(tmp_path / "gateway"))).code == "rollback"


async def test_a_threshold_of_two_is_not_reached_by_one_key_that_signs_twice(tmp_path: Path) -> None:
    maker = Maker(tmp_path, root_keys=2, root_threshold=2)
    maker.add()
    maker.publish()
    root = Metadata.from_bytes(maker.root)
    root.signed.version = 2
    root.signatures.clear()
    signer = read_signer(maker.keys / "root-1.pem", lambda _: "")
    root.sign(signer)
    root.sign(signer, append=True)
    (maker.published / "metadata" / "2.root.json").write_bytes(root.to_bytes())
    publish(maker.bench, maker.now)
    assert (await refusal(maker.client(tmp_path / "gateway"))).code == "signature"
