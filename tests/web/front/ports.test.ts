import assert from "node:assert/strict";
import { test } from "node:test";
import { endpointText, portName, scanPlaces } from "../../../gateway/web/front/src/technician/model/ports.ts";

test("ports have names that fit on a phone", () => {
  assert.equal(portName("/dev/serial/by-path/platform-fd500000.pcie-pci-0000:01:00.0-usb-0:1.3:1.0-port0"), "USB 1.3");
  assert.equal(portName("/dev/serial/by-path/pci-0000:00:14.0-usbv2-0:2:1.0-port0"), "USB 2");
  assert.equal(portName("/dev/ttyAMA0"), "ttyAMA0");
  assert.equal(portName("/dev/serial/by-id/usb-FTDI_FT232R-if00-port0"), "usb-FTDI_FT232R-if00-port0");
  assert.equal(portName("/dev/pts/7"), "pts/7");
  assert.equal(portName("192.0.2.10:502"), "192.0.2.10:502");
});

const PORT = { path: "/dev/ttyUSB0", stable: "/dev/serial/by-path/usb-0", description: "n/a", serial_number: null, line: "panel" };
const LINE = { id: "yard", port: "192.0.2.10:502", kind: "tcp" as const, broken: false, stalled: false, load: 0, missed: 0, devices: [] };

test("the places to scan are ports, lines on the network, and what was typed, each once", () => {
  const typed = [{ target: "192.0.2.10:502", rtu: false }, { target: "192.0.2.11:4001", rtu: true }, { target: "/dev/ttyUSB0", rtu: false }, { target: "/dev/pts/3", rtu: false }];
  const found = scanPlaces([PORT], [LINE, { ...LINE, id: "panel", port: "/dev/ttyUSB0", kind: "serial" }], typed);
  assert.deepEqual(found.map((one) => [one.target, one.kind, one.rtu, one.line]), [
    ["/dev/serial/by-path/usb-0", "serial", false, "panel"], ["192.0.2.10:502", "tcp", false, "yard"], ["192.0.2.11:4001", "rtu_over_tcp", true, null], ["/dev/pts/3", "serial", false, null],
  ]);
  assert.equal(found[0]!.description, "");
});

test("an endpoint gets the port of Modbus TCP, but a serial device server has no usual one", () => {
  assert.equal(endpointText("192.0.2.10", false), "192.0.2.10:502");
  assert.equal(endpointText("192.0.2.10", true), "192.0.2.10");
  assert.equal(endpointText("192.0.2.10:1502", false), "192.0.2.10:1502");
  assert.equal(endpointText("[2001:db8::1]:502", false), "[2001:db8::1]:502");
  assert.equal(endpointText("/dev/ttyUSB0", false), "/dev/ttyUSB0");
});
