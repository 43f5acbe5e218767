"""Reading the files that people write: whatever a name stands for, it is a text or a sentence."""

import os
import socket
from pathlib import Path

import pytest

from gateway.config.problems import ConfigError
from gateway.config.text_file import SIZE_LIMIT_BYTES, read_text


def test_a_file_that_does_not_exist_says_so(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="can't be read: No such file or directory; check the name and its permissions"):
        read_text(tmp_path / "x.yaml")


def test_a_text_is_read_as_utf_8(tmp_path: Path) -> None:
    (tmp_path / "x.yaml").write_bytes("città\r\n".encode())
    assert read_text(tmp_path / "x.yaml") == "città\r\n"
    (tmp_path / "x.yaml").write_bytes(b"a\nb\n\xff")
    with pytest.raises(ConfigError, match=r"x\.yaml:3:1: not UTF-8 text; save the file as UTF-8"):
        read_text(tmp_path / "x.yaml")


def test_a_folder_a_device_a_pipe_and_a_socket_are_not_read(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "fifo")
    with pytest.raises(ConfigError, match="can't be read: it is a folder; name a regular file"):
        read_text(tmp_path)
    for path in (Path("/dev/zero"), Path("/dev/null"), tmp_path / "fifo"):
        with pytest.raises(ConfigError, match="can't be read: it is not a regular file; name a regular file"):
            read_text(path)
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(str(tmp_path / "socket"))
        with pytest.raises(ConfigError, match="can't be read: "):
            read_text(tmp_path / "socket")


def test_a_name_with_a_nul_character_is_a_problem() -> None:
    with pytest.raises(ConfigError, match="can't be read: embedded null byte; check the name"):
        read_text(Path("a\0b"))


def test_a_file_has_a_bounded_size(tmp_path: Path) -> None:
    path = tmp_path / "x.yaml"
    with path.open("wb") as file:
        file.truncate(SIZE_LIMIT_BYTES)
    assert len(read_text(path)) == SIZE_LIMIT_BYTES
    with path.open("wb") as file:
        file.truncate(1 << 40)
    with pytest.raises(ConfigError, match="the file is larger than 4 MiB; split it"):
        read_text(path)
