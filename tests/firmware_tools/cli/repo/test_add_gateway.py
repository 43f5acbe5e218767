"""`firmware repo add-gateway`."""

from pathlib import Path

from tests.firmware_tools.cli.repo.in_process import firmware
from tests.update.tiny_wheels import make_release


def test_a_release_of_the_gateway_is_listed_with_its_machine(folder: Path, tmp_path: Path) -> None:
    release = make_release(tmp_path / "release", "0.21.0")
    done = firmware("repo", "add-gateway", folder / "repo", release, "--python", "3.11", "--machine", "aarch64")
    assert done.returncode == 0
    assert done.stdout.startswith("street-gateway/0.21.0/street-gateway-0.21.0-aarch64-py3.11.tar: ")
    firmware("repo", "sign", folder / "repo", "--keys", folder / "keys", "--yes")
    firmware("repo", "publish", folder / "repo")
    assert "gateway             0.21.0   aarch64 Python 3.11" in firmware("repo", "list", folder / "repo").stdout


def test_a_wheel_that_the_lock_names_and_the_folder_lacks_is_named(folder: Path, tmp_path: Path) -> None:
    release = make_release(tmp_path / "release", "0.21.0")
    next((release / "wheels").glob("street_needed-*")).unlink()
    done = firmware("repo", "add-gateway", folder / "repo", release, "--python", "3.11")
    assert done.returncode == 1
    assert "lacks street-needed: pip download" in done.stderr
