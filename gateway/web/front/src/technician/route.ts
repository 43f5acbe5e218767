// Where in the page a person is: the fragment of its address, such as `#/devices/qe-001-meter`. Pure.

/** A view and what it is about: `#/scan?port=…` is the view `scan` with one value. */
export interface Place {
  view: string;
  about: string[];
  values: URLSearchParams;
}

/** Return the place that a fragment names; the home view if it names none. */
export function placeOf(fragment: string): Place {
  const [path = "", query = ""] = fragment.replace(/^#?\/?/, "").split("?");
  const [view = "", ...about] = path.split("/").map(decoded);
  return { view: view || "home", about, values: new URLSearchParams(query) };
}

/** Return the fragment of a view, about some thing. */
export function linkTo(view: string, about: string[] = [], values: Record<string, string> = {}): string {
  const query = new URLSearchParams(values).toString();
  return `#/${[view, ...about].map(encodeURIComponent).join("/")}${query ? `?${query}` : ""}`;
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}
