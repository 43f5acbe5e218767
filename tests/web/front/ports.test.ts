import assert from "node:assert/strict";
import { test } from "node:test";
import { portName } from "../../../gateway/web/front/src/technician/model/ports.ts";

test("ports have names that fit on a phone", () => {
  assert.equal(portName("/dev/serial/by-path/platform-fd500000.pcie-pci-0000:01:00.0-usb-0:1.3:1.0-port0"), "USB 1.3");
  assert.equal(portName("/dev/serial/by-path/pci-0000:00:14.0-usbv2-0:2:1.0-port0"), "USB 2");
  assert.equal(portName("/dev/ttyAMA0"), "ttyAMA0");
  assert.equal(portName("/dev/serial/by-id/usb-FTDI_FT232R-if00-port0"), "usb-FTDI_FT232R-if00-port0");
  assert.equal(portName("/dev/pts/7"), "pts/7");
  assert.equal(portName("192.0.2.10:502"), "192.0.2.10:502");
});
