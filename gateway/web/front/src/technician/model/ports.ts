// Ports and endpoints: names that fit on a phone, and which there are to scan. Pure.
import type { LineView, ScanPort } from "../api.ts";

/** Return a short name of a port: `USB 1.3` for an adapter at a socket of this machine, of any other its path below /dev, an address as it is. */
export function portName(port: string): string {
  const usb = port.match(/by-path\/.*usb(?:v\d)?-\d+:([\d.]+):\d/);
  if (usb) return `USB ${usb[1]}`;
  return port.replace(/^\/dev\/(serial\/by-(id|path)\/)?/, "");
}

/** Where a scan can look: a port or an endpoint, whether it passes Modbus RTU over TCP, and the line that is there. */
export interface ScanPlace {
  target: string;
  rtu: boolean;
  kind: LineView["kind"];
  description: string;
  line: string | null;
}

/** An endpoint on the network that a person has typed. */
export interface TypedEndpoint {
  target: string;
  rtu: boolean;
}

/** What the operating system says of a port that it knows nothing about. */
const NO_DESCRIPTION = "n/a";

const MODBUS_TCP_PORT = 502;

export const isNetwork = (target: string): boolean => !/^(\/|\.\/|usb:)/.test(target);

/** Return an endpoint as the gateway writes it: with its port. Port 502 is that of Modbus TCP; a serial device server has no usual one. */
export function endpointText(text: string, rtu: boolean): string {
  const hasPort = /^[^:]+:\d+$/.test(text) || /\]:\d+$/.test(text);
  return hasPort || rtu || !isNetwork(text) ? text : `${text}:${MODBUS_TCP_PORT}`;
}

/** Return the places to choose from: the ports of the machine, the lines on the network, then what was typed before, each once. */
export function scanPlaces(ports: ScanPort[], lines: LineView[], typed: TypedEndpoint[]): ScanPlace[] {
  const found: ScanPlace[] = ports.map((one) => ({ target: one.stable ?? one.path, rtu: false, kind: "serial", description: one.description === NO_DESCRIPTION ? "" : one.description, line: one.line }));
  const network = lines.filter((one) => one.kind !== "serial");
  found.push(...network.map((one): ScanPlace => ({ target: one.port, rtu: one.kind === "rtu_over_tcp", kind: one.kind, description: "", line: one.id })));
  const known = new Set([...found.map((one) => one.target), ...ports.map((one) => one.path)]);
  for (const { target, rtu } of typed) {
    if (known.has(target)) continue;
    known.add(target);
    found.push({ target, rtu, kind: !isNetwork(target) ? "serial" : rtu ? "rtu_over_tcp" : "tcp", description: "", line: null });
  }
  return found;
}
