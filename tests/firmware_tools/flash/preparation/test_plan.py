"""What a dry run says."""

from firmware_tools.drivers.port import FirmwareIdentity
from firmware_tools.flash.preparation.checks import Circumstances
from firmware_tools.flash.preparation.plan import planned
from firmware_tools.flash.record import UpdateRecord
from firmware_tools.flash.session import WantedUpdate
from firmware_tools.image.image import FirmwareImage
from firmware_tools.image.release import FirmwareRelease, ReleaseNote
from gateway.simulate.bootloaders.wirenboard import make_wbfw
from tests.firmware_tools.flash.preparation.test_updatable import CLIMATE, LED, found

IMAGE = FirmwareImage(make_wbfw("wbled", "3.9.0", bytes(1280)))
RELEASE = FirmwareRelease(
    vendor="Wiren Board", model="wbled", version="3.9.0", driver="wirenboard", settings="lost", note=ReleaseNote("faster", "più veloce")
)
WANTED = WantedUpdate("led-1", "street", IMAGE, RELEASE, "tests")
DEVICE = FirmwareIdentity("wbled", None, "3.7.0")


def test_a_plan_says_from_where_to_where_how_long_and_what_changes() -> None:
    plan = planned(WANTED, found(LED, CLIMATE), None, DEVICE, Circumstances(), 0.2)
    assert (plan.model, plan.from_version, plan.to_version, plan.image) == ("wbled", "3.7.0", "3.9.0", IMAGE.sha256)
    assert (plan.settings_lost, plan.note, plan.note_it, plan.obstacle) == (True, "faster", "più veloce", None)
    assert 5 < plan.about_s < 20


def test_a_plan_says_what_is_in_the_way() -> None:
    other = planned(WANTED, found(LED), None, FirmwareIdentity("wbmr6c", None, "1.0"), Circumstances(), 0.2)
    assert other.obstacle == "the image is for wbled, and the device is a wbmr6c"
    assert planned(WANTED, found(LED), None, DEVICE, Circumstances(powered=False), 0.2).obstacle_it is not None


def test_a_plan_says_where_an_update_that_has_begun_goes_on() -> None:
    before = UpdateRecord(
        device="led-1",
        line="street",
        by="tests",
        began_ms=0,
        image=IMAGE.sha256,
        name="x",
        size_bytes=1,
        chunks=10,
        phase="sending",
        chunk=5,
    )
    stuck = FirmwareIdentity("wbled", None, None, in_bootloader=True)
    plan = planned(WANTED, found(LED), before, stuck, Circumstances(), 0.2)
    assert (plan.in_bootloader, plan.resumes_at_percent) == (True, 50.0)
