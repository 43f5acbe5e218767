// Names of ports that fit on a phone. Pure.

/** Return a short name of a port: `USB 1.3` for an adapter at a socket of this machine, of any other its path below /dev, an address as it is. */
export function portName(port: string): string {
  const usb = port.match(/by-path\/.*usb(?:v\d)?-\d+:([\d.]+):\d/);
  if (usb) return `USB ${usb[1]}`;
  return port.replace(/^\/dev\/(serial\/by-(id|path)\/)?/, "");
}
