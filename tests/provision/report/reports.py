"""A report in which everything works, and what it is made of."""

from gateway.model.messages import InstallationReport, ReportedDevice, ReportedLine, ReportedMachine, ReportedUplink, ReportedValue

MACHINE = ReportedMachine("gw", "0.1.0", "3.11.2", "Debian GNU/Linux 12, aarch64", synchronised=True, hardware="b827eb001122")
TIME = "2026-11-23T02:00:00Z"


def device(name: str = "meter", **changes: object) -> ReportedDevice:
    found = ReportedDevice(
        name, "carlo_gavazzi_em340", "Carlo Gavazzi EM340", "answers", {"qe-1": "Quadro di via Roma"}, 5, 43.88, 11.09, 100, 100, 31.5,
        [ReportedValue("qe-1", "lighting_meter", "voltage_l1", TIME, 230.1, "V")],
    )  # fmt: skip
    for key, value in changes.items():
        setattr(found, key, value)
    return found


def report(*devices: ReportedDevice, **changes: object) -> InstallationReport:
    lines = [ReportedLine("street", "/dev/ttyUSB0", 12.5, list(devices or (device(),)))]
    found = InstallationReport(
        1,
        "prato",
        "citelum",
        "gw-1",
        TIME,
        "installer",
        "green",
        MACHINE,
        "ab" * 32,
        uplink=ReportedUplink(connected=True, waiting=0),
        lines=lines,
    )
    for key, value in changes.items():
        setattr(found, key, value)
    return found
