// Pictograms, drawn on 24 by 24.
import { kindText } from "../texts.ts";

const KINDS: Record<string, string> = {
  roadworks: "M12 3l5 15H7z M3.5 21h17 M9.3 11.5h5.4",
  closure: "M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18z M7 12h10",
  traffic: "M4 17v-4l2.5-6h11L20 13v4z M4 13h16 M7 17v2.5 M17 17v2.5",
  accident: "M12 2.5l2.3 5.6 6-.8-3.8 4.7 3.8 4.7-6-.8-2.3 5.6-2.3-5.6-6 .8L7.500 12 3.700 7.300l6 .8z",
  parking: "M8 21V4h5a4.700 4.700 0 0 1 0 9.400H8",
  outage: "M13.500 2.500L5 13.500h6l-1 8 9-11.500h-6.500z",
  damage: "M12 3.500L2.500 20.500h19z M12 10v5 M12 17.500v.5",
  lighting: "M7 21.500V7a4 4 0 0 1 8 0 M11 11h8l-1.800-4h-4.400z",
  environment: "M5 19C4 9.500 11 4.500 20 4c0 10-5 15.500-13.500 14 M4.500 21.500C6.500 16 9.500 12.500 14 10",
  publicevent: "M6 21.500V3.500l13 4.500-13 5",
  safety: "M12 3l8 3v6c0 5-3.800 8-8 9.500C7.800 20 4 17 4 12V6z",
  other: "M12 10v8 M12 6v.5",
};

const MARKS: Record<string, string> = {
  accepted: "M4.500 12.500l5 5 10-11",
  objected: "M5.500 5.500l13 13 M18.500 5.500l-13 13",
  seen: "M2.500 12C5.500 7 8.500 5.500 12 5.500S18.500 7 21.500 12c-3 5-6 6.500-9.500 6.500S5.500 17 2.500 12z M12 9.500a2.500 2.500 0 1 0 0 5 2.500 2.500 0 0 0 0-5z",
  waiting: "M12 3.500a8.500 8.500 0 1 0 0 17 8.500 8.500 0 0 0 0-17z M12 7.500v5l3.500 2",
  none: "M6 12h12",
  warning: "M12 3.500L2.500 20.500h19z M12 10v5 M12 17.500v.5",
};

const Drawing = ({ path, title }: { path: string; title?: string | undefined }) => (
  <svg class="icon" viewBox="0 0 24 24" role={title ? "img" : undefined} aria-label={title} aria-hidden={title ? undefined : "true"}><path d={path} /></svg>
);

export const KindIcon = ({ kind }: { kind: string }) => <span class={`kind-icon ${KINDS[kind] ? kind : "other"}`}><Drawing path={KINDS[kind] ?? KINDS.other!} title={kindText(kind)} /></span>;

/** An answer or a warning; the words are beside it. */
export const Mark = ({ name }: { name: string }) => <Drawing path={MARKS[name]!} />;
