// Where a device is: by the phone's position, by a tap on the map, or typed.
import { useEffect, useRef, useState } from "preact/hooks";
import { say } from "../../shared/say.ts";
import { get } from "../client.ts";
import { coordinatesOf, placeText, rounded, samePlace, type Position } from "../model/place.ts";
import { Problem, TextField, WorkButton } from "./basics.tsx";
import { useWork } from "./hooks.ts";
import { Icon } from "./icons.tsx";
import type { PlaceMap } from "./map.ts";

const POSITION_OPTIONS: PositionOptions = { enableHighAccuracy: true, timeout: 20_000, maximumAge: 10_000 };

/** The error that a browser reports if a person refused (W3C Geolocation). */
const PERMISSION_DENIED = 1;

export function PlaceField({ place, onPlace }: { place: Position | null; onPlace: (place: Position | null) => void }) {
  const box = useRef<HTMLDivElement>(null), map = useRef<PlaceMap | null>(null), latest = useRef(onPlace);
  const [accuracy, setAccuracy] = useState<number | null>(null);
  latest.current = onPlace;
  useEffect(() => {
    let ended = false;
    Promise.all([import("./map.ts"), get<GeoJSON.GeoJsonObject>("/api/streets").catch(() => null), get<Position[]>("/api/places").catch(() => [])]).then(([made, streets, others]) => {
      if (ended || !box.current) return;
      map.current = new made.PlaceMap(box.current, streets, others, (tapped) => { setAccuracy(null); latest.current(tapped); });
      map.current.show(place);
    }).catch(() => undefined);
    return () => { ended = true; map.current?.remove(); map.current = null; };
  }, []);
  useEffect(() => map.current?.show(place), [place?.lat, place?.lon]);
  const locate = useWork(async () => {
    const found = await position();
    setAccuracy(Math.round(found.coords.accuracy));
    onPlace(rounded(found.coords.latitude, found.coords.longitude));
  });
  return (
    <div style={{ display: "grid", gap: ".6rem" }}>
      <div class="map" ref={box} role="application" aria-label={say("Map: tap where the device is", "Mappa: toccare dove si trova il dispositivo")} />
      <WorkButton busy={locate.busy} class="wide" onClick={() => locate.run()}><Icon name="place" />{say("Use the phone's position", "Usa la posizione del telefono")}</WorkButton>
      {accuracy !== null && <p class="hint">{say(`Accurate to ${accuracy} m. Tap the map to correct it.`, `Precisione ${accuracy} m. Toccare la mappa per correggere.`)}</p>}
      <Problem text={locate.problem} />
      <Coordinates place={place} onPlace={(typed) => { setAccuracy(null); onPlace(typed); }} />
    </div>
  );
}

/** The coordinates as text: what was tapped or measured, or what a person types. */
function Coordinates({ place, onPlace }: { place: Position | null; onPlace: (place: Position | null) => void }) {
  const [typed, setTyped] = useState<string | null>(null);
  const change = (text: string): void => {
    setTyped(text);
    const found = coordinatesOf(text);
    if (found || !text.trim()) onPlace(found);
  };
  const invalid = typed !== null && typed.trim() !== "" && !coordinatesOf(typed);
  useEffect(() => { if (place && typed !== null && !samePlace(coordinatesOf(typed), place)) setTyped(null); }, [place?.lat, place?.lon]);
  return (
    <TextField label={say("Latitude, longitude", "Latitudine, longitudine")} value={typed ?? placeText(place)} onInput={change} inputMode="text"
      placeholder="43.8777, 11.1022" hint={invalid ? say("Two numbers with a comma between them, such as 43.8777, 11.1022.", "Due numeri separati da una virgola, per esempio 43.8777, 11.1022.") : undefined} />
  );
}

function position(): Promise<GeolocationPosition> {
  if (!isSecureContext) {
    return Promise.reject(new Error(say("The phone gives its position to secure pages only: tap the map instead.", "Il telefono dà la posizione solo a pagine sicure: toccare la mappa.")));
  }
  return new Promise((resolve, reject) => navigator.geolocation.getCurrentPosition(resolve, (error) => reject(new Error(error.code === PERMISSION_DENIED
    ? say("The phone does not allow the page to know its position: allow it in the browser's settings, or tap the map.", "Il telefono non concede la posizione alla pagina: consentirla nelle impostazioni del browser, o toccare la mappa.")
    : say("The phone does not know its position: go where it sees the sky, or tap the map.", "Il telefono non conosce la posizione: spostarsi dove vede il cielo, o toccare la mappa."))), POSITION_OPTIONS));
}
