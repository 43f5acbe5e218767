// Line icons; what they mean is always written beside them.
const SHAPES = {
  home: "M4 11 12 4l8 7M6 9.5V20h12V9.5M10 20v-6h4v6",
  scan: "M11 4a7 7 0 1 0 0 14 7 7 0 0 0 0-14Zm5 12 4.5 4.5M8 11h6M11 8v6",
  devices: "M5 4h14v7H5zM5 14h14v6H5zM8.5 7.5h0M8.5 17h0M12 7.5h4M12 17h4",
  changes: "M4 8h12l-3-3M20 16H8l3 3",
  more: "M4 7h16M4 12h16M4 17h16",
  good: "M4 12.5 9.5 18 20 6.5",
  warn: "M12 4 2.8 20h18.4L12 4Zm0 6v5m0 2.6v.1",
  bad: "M8 3h8l5 5v8l-5 5H8l-5-5V8zM9 9l6 6m0-6-6 6",
  note: "M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18Zm0 8v6m0-9.4v.1",
  next: "m9 5 7 7-7 7",
  back: "m15 5-7 7 7 7",
  add: "M12 5v14M5 12h14",
  place: "M12 21s-7-6.2-7-11.5a7 7 0 0 1 14 0C19 14.8 12 21 12 21Zm0-8.5a3 3 0 1 0 0-6 3 3 0 0 0 0 6Z",
  camera: "M4 8V4h4M16 4h4v4M20 16v4h-4M8 20H4v-4M8 8h3v3H8zM13 8h3v3h-3zM8 13h3v3H8zM13 13h3v3h-3z",
  lock: "M6 11h12v9H6zM8.5 11V8a3.5 3.5 0 0 1 7 0v3",
};

export type IconName = keyof typeof SHAPES;

export const Icon = ({ name, size = 24 }: { name: IconName; size?: number }) => (
  <svg width={size} height={size} viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-width="2.2" stroke-linecap="round" stroke-linejoin="round" aria-hidden="true">
    <path d={SHAPES[name]} />
  </svg>
);
