"""Loading site files: what they describe, and files that are not site files."""

from pathlib import Path
from textwrap import dedent

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gateway.config.problems import ConfigError, Problem
from gateway.config.site_file import load_site
from gateway.model.topics import GatewayId
from tests.config.hostile import HOSTILE, bombs, changed, changes, junk, nests
from tests.config.sites import GOOD, problems_of

ROOT = Path(__file__).parents[2]
CENTRE = 'site: prato\ncentre:\n  broker: "mqtt://127.0.0.1:1883"\n  store: {history: {path: h.sqlite}}\n'


def written(folder: Path, text: str) -> Path:
    path = folder / "site.yaml"
    path.write_text(text, encoding="utf-8")
    return path


def test_the_file_from_which_the_broken_ones_are_derived_is_valid(tmp_path: Path) -> None:
    loaded = load_site(written(tmp_path, GOOD))
    assert loaded.site.site == "prato"
    assert sorted(loaded.profiles) == ["carlo_gavazzi_em340", "intesis_ibmbsdal"]


def test_a_site_with_lines_describes_a_gateway_and_no_centre(tmp_path: Path) -> None:
    loaded = load_site(written(tmp_path, GOOD))
    edge = loaded.edge
    assert edge is not None
    assert (edge.id, edge.state) == (GatewayId("prato", "citelum", "gw-0042"), Path("/var/lib/street-gateway"))
    assert [line.id for line in edge.lines] == ["panel", "dali"]
    assert edge.uplink.broker == "mqtts://broker.example:8883"
    assert edge.profiles is loaded.profiles
    assert loaded.centre is None


def test_what_a_gateway_learns_is_beside_its_journal_unless_the_site_names_a_folder(tmp_path: Path) -> None:
    beside = load_site(written(tmp_path, GOOD + "journal: {path: /data/j.sqlite}\n")).edge
    named = load_site(written(tmp_path, GOOD + "state: /data/state\n")).edge
    assert beside is not None
    assert named is not None
    assert (beside.state, named.state) == (Path("/data"), Path("/data/state"))


def test_a_site_with_a_centre_alone_describes_no_gateway(tmp_path: Path) -> None:
    loaded = load_site(written(tmp_path, CENTRE))
    assert loaded.edge is None
    assert loaded.centre is not None
    assert (loaded.centre.site, loaded.centre.settings.worker, loaded.centre.console.listen) == ("prato", "worker-1", "127.0.0.1:8080")


def test_a_gateway_may_have_no_lines_yet(tmp_path: Path) -> None:
    new = 'site: prato\noperator: citelum\ngateway: gw-0042\nuplink: {broker: "mqtts://broker.example"}\n'
    edge = load_site(written(tmp_path, new)).edge
    assert edge is not None
    assert (edge.id, edge.lines, edge.profiles) == (GatewayId("prato", "citelum", "gw-0042"), [], {})


def test_a_site_can_describe_both(tmp_path: Path) -> None:
    loaded = load_site(written(tmp_path, GOOD + CENTRE.removeprefix("site: prato\n")))
    assert loaded.edge is not None
    assert loaded.centre is not None


def test_a_problem_with_a_line_has_the_place_of_the_line(tmp_path: Path) -> None:
    path = written(tmp_path, GOOD)
    loaded = load_site(path)
    assert str(loaded.problem("line dali", "too slow", "raise it")) == f"{path}:15:5: too slow; raise it"
    assert str(loaded.problem("unknown", "x", "y")) == f"{path}:1:1: x; y"


def test_a_broker_has_one_address_or_one_of_each_node(tmp_path: Path) -> None:
    several = ("mqtts://a.example:8883", "mqtts://b.example:8883")
    loaded = load_site(written(tmp_path, GOOD.replace('"mqtts://broker.example:8883"', f"[{', '.join(several)}]")))
    assert loaded.edge is not None
    assert loaded.edge.uplink.broker == several
    one = load_site(written(tmp_path, GOOD)).edge
    assert one is not None
    assert one.uplink.broker == "mqtts://broker.example:8883"


@pytest.mark.parametrize(
    ("content", "sentence"),
    [(b"", "the file is empty; begin with 'site: …'"), (b"\xff\xfe", "not UTF-8"), (b"- a\n- b\n", "expected a mapping, found a list"), (b"a: *nowhere\n", "alias"),
     (b"a: &x [*x]\n", "within itself"), (b"site: prato\n", "neither a gateway nor a centre"), (b"? [a]\n: b\n", "a key must be a single value"), (b"\x00", "not YAML"),
     (b"[" * 5000, "nested too deeply"), (b"a: " + b"[" * 100 + b"]" * 100, "nested too deeply"), (b"site: prato\n---\nsite: b\n", "one document")],
)  # fmt: skip
def test_a_file_that_is_not_a_site_file_says_so(content: bytes, sentence: str, tmp_path: Path) -> None:
    path = tmp_path / "site.yaml"
    path.write_bytes(content)
    with pytest.raises(ConfigError) as error:
        load_site(path)
    assert any(sentence in str(problem) for problem in error.value.problems), error.value.problems


def test_a_file_that_does_not_exist_says_so(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"can't be read: No such file"):
        load_site(tmp_path / "nowhere.yaml")


def test_numbers_words_and_times_mean_what_a_person_meant(tmp_path: Path) -> None:
    text = GOOD.replace("unit: 1,", "unit: 0x34, tags: {gas: no, at: 12:30},").replace("Quadro 41", "12:30")
    loaded = load_site(written(tmp_path, text))
    device = loaded.site.lines[0].devices[0]
    assert device.unit == 52
    assert device.tags == {"gas": "no", "at": "12:30"}
    assert loaded.site.assets["qe-041"].name == "12:30"


def test_durations_and_sizes_have_units(tmp_path: Path) -> None:
    journal = load_site(written(tmp_path, GOOD + "journal: {max_size: 64MiB, keep_stored: 1h, max_age: 2d}\n")).site.journal
    assert (journal.max_size, journal.keep_stored, journal.max_age) == (64 << 20, 3600.0, 172800.0)


def test_problems_of_a_profile_that_the_site_names_are_those_of_the_site_too(tmp_path: Path) -> None:
    from gateway.config.profile_library import ProfileLibrary

    (tmp_path / "carlo_gavazzi_em340.yaml").write_text("profile: carlo_gavazzi_em340\n")
    with pytest.raises(ConfigError) as error:
        load_site(written(tmp_path, GOOD), ProfileLibrary({"carlo_gavazzi_em340": tmp_path / "carlo_gavazzi_em340.yaml"}))
    assert {Path(problem.file).name for problem in error.value.problems} == {"carlo_gavazzi_em340.yaml", "site.yaml"}


def test_the_site_file_that_the_documentation_shows_is_valid(tmp_path: Path) -> None:
    text = (ROOT / "docs" / "site.md").read_text().split("```yaml\n")[1].split("```")[0]
    loaded = load_site(written(tmp_path, text))
    assert loaded.site.centre is not None
    assert len(loaded.site.lines[0].devices) == 2


@pytest.mark.parametrize("number", [0, 1])
def test_the_site_files_of_the_readme_are_valid(number: int, tmp_path: Path) -> None:
    text = (ROOT / "README.md").read_text().split("```yaml\n")[number + 1].split("```")[0]
    path = written(tmp_path, dedent("   " + text if text.startswith("site") else text))
    assert load_site(path).site.site == "prato"


def test_a_misspelt_key_is_reported_with_what_to_write(tmp_path: Path) -> None:
    assert problems_of(GOOD.replace("    baud: 9600", "    baudd: 9600"), tmp_path) == [
        (11, 5, "unknown key 'baudd'; did you mean 'baud'?")
    ]


FULL = (
    GOOD
    + CENTRE.removeprefix("site: prato\n")
    + "journal: {max_size: 64MiB, keep_stored: 1h}\nlisten: 127.0.0.1:9273\nconsole: {listen: 127.0.0.1:8080}\n"
).replace("unit: 1,", "unit: 1, tags: {side: north}, ratio: {current: 40}, overrides: {voltage_l1: {scale: 0.1, max: 300}}, meter: m-1,")


def loads_or_says_why(path: Path) -> None:
    found: list[Problem] | None = None
    try:
        load_site(path)
    except ConfigError as error:
        found = error.problems
    assert found is None or (found and all(str(problem).isprintable() for problem in found))


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=100)
@given(text=changes.map(lambda wanted: changed(FULL, wanted)) | bombs | nests | junk | st.builds(str.__add__, st.just(FULL), bombs))
def test_whatever_a_site_file_contains_it_is_loaded_or_has_problems(text: str, tmp_path: Path) -> None:
    path = tmp_path / "site.yaml"
    path.write_bytes(text.encode("utf-8", "surrogatepass"))
    loads_or_says_why(path)


@pytest.mark.parametrize("value", HOSTILE)
def test_a_hostile_value_in_any_place_of_a_site_file_is_accepted_or_a_problem(value: str, tmp_path: Path) -> None:
    for place in range(0, 60, 12):
        loads_or_says_why(written(tmp_path, changed(FULL, [(place + len(value) % 12, value)])))


def test_a_site_has_a_bounded_number_of_devices_and_values(tmp_path: Path) -> None:
    def site(lines: int, devices: int, profile: str, more: str = "") -> str:
        head, _, _ = GOOD.partition("assets:")
        return f"{head}lines:\n" + "".join(
            f'  - id: l{line}\n    tcp: "192.0.2.1:{line + 1}"\n    devices:\n'
            + "".join(f"      - {{id: d{line}-{unit}, profile: {profile}, unit: {unit + 1}, asset: a{more}}}\n" for unit in range(devices))
            for line in range(lines)
        )

    [(_, _, sentence)] = problems_of(site(26, 200, "xy_md02"), tmp_path)
    assert sentence == "the site has 5200 devices, more than 5000; split it between several gateways"
    channels = ", channels: {" + ", ".join(f"{channel}: c{channel}" for channel in range(64)) + "}"
    [(_, _, sentence)] = problems_of(site(5, 120, "intesis_ibmbsdal", channels), tmp_path)
    assert "values, more than 150000; split it between several gateways" in sentence


def test_a_file_with_problems_without_number_reports_the_first_ones(tmp_path: Path) -> None:
    found = problems_of(GOOD + "".join(f"key{number}: 1\n" for number in range(50_000)), tmp_path)
    assert (len(found), found[-1][2]) == (201, "200 problems, and perhaps more; correct these first")
