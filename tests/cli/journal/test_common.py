"""Which journal a command reads, and how it ends if it can't."""

from pathlib import Path

import pytest

from gateway.cli.journal.common import journal_of, readable
from gateway.model.batch import BatchError

SITE = """
site: prato
operator: citelum
gateway: gw-1
uplink: {{broker: "mqtt://127.0.0.1:9"}}
journal: {{path: {path}}}
assets: {{panel-1: {{lat: 43.88, lon: 11.09}}}}
lines: [{{id: air, tcp: 127.0.0.1:9, devices: [{{id: first, profile: xy_md02, asset: panel-1}}]}}]
"""


def test_the_journal_is_that_of_a_site_file_or_the_file_itself(tmp_path: Path) -> None:
    (tmp_path / "site.yaml").write_text(SITE.format(path=tmp_path / "elsewhere.sqlite"))
    assert journal_of(tmp_path / "site.yaml") == tmp_path / "elsewhere.sqlite"
    assert journal_of(tmp_path / "journal.sqlite") == tmp_path / "journal.sqlite"


@pytest.mark.parametrize(
    ("error", "message"),
    [
        (OSError("no journal at x"), "the journal can't be read: no journal at x"),
        (BatchError("not a batch"), "the journal is damaged (not a batch): run 'gateway journal verify' to see where"),
    ],
)
def test_a_journal_that_can_not_be_read_ends_the_command_with_a_message(
    error: Exception, message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended, readable():
        raise error
    assert ended.value.code == 1
    assert message in capsys.readouterr().err
