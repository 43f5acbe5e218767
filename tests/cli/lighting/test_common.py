"""What the commands of lighting share."""

from pathlib import Path

from tests.cli.in_process import run


def test_a_site_without_lighting_is_an_error_in_the_language_of_the_terminal(tmp_path: Path) -> None:
    site = tmp_path / "site.yaml"
    site.write_text("site: prato\ncentre: {broker: 'mqtt://127.0.0.1:1883', store: {influx: {url: 'http://127.0.0.1:8086'}}}\n")
    for language, sentence in (("en", "has no lighting: add 'lighting:'"), ("it_IT", "non ha illuminazione: aggiungi 'lighting:'")):
        done = run("lighting", "export", str(site), environment={"LC_ALL": language})
        assert done.returncode == 1
        assert sentence in done.stderr
