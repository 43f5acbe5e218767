// The map as a part of the page: its script comes after everything else.
import { useEffect, useRef } from "preact/hooks";
import type { Item } from "../api.ts";
import type { RoomMap } from "./map.ts";

export function MapPart({ items, numbers, onChoose }: { items: Item[]; numbers: ReadonlyMap<string, number>; onChoose: (situation: string) => void }) {
  const place = useRef<HTMLDivElement>(null), map = useRef<RoomMap | null>(null), latest = useRef({ items, numbers });
  latest.current = { items, numbers };
  useEffect(() => {
    let isShown = true;
    void import("./map.ts").then(({ RoomMap: Made }) => {
      if (!isShown || !place.current) return;
      map.current = new Made(place.current, onChoose);
      map.current.draw(latest.current.items, latest.current.numbers);
    });
    return () => { isShown = false; map.current?.remove(); map.current = null; };
  }, []);
  useEffect(() => map.current?.draw(items, numbers));
  return <div class="map" ref={place} />;
}
