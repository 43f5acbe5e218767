// Where marks are on a map. Pure: geometries and pixels in, positions and pixels out.

/** A point of the screen. */
export interface Pixel {
  x: number;
  y: number;
}

/** Return the position that stands for a geometry, longitude first: of a path, half of the way; of areas and points, the middle of what is around them. */
export function middleOf(geometry: GeoJSON.Geometry): [number, number] {
  if (geometry.type === "LineString") return halfWay(geometry.coordinates);
  const positions = positionsOf(geometry), lons = positions.map((one) => one[0]!), lats = positions.map((one) => one[1]!);
  return [(Math.min(...lons) + Math.max(...lons)) / 2, (Math.min(...lats) + Math.max(...lats)) / 2];
}

function positionsOf(geometry: GeoJSON.Geometry): GeoJSON.Position[] {
  if (geometry.type === "GeometryCollection") return geometry.geometries.flatMap(positionsOf);
  const flat = geometry.coordinates.flat(Infinity) as number[];
  return Array.from({ length: flat.length / 2 }, (_, at) => [flat[2 * at]!, flat[2 * at + 1]!]);
}

function halfWay(path: GeoJSON.Position[]): [number, number] {
  const lengths = path.slice(1).map((to, at) => Math.hypot(to[0]! - path[at]![0]!, to[1]! - path[at]![1]!));
  let left = lengths.reduce((sum, one) => sum + one, 0) / 2;
  for (const [at, length] of lengths.entries()) {
    if (left <= length && length > 0) {
      const [from, to] = [path[at]!, path[at + 1]!], share = left / length;
      return [from[0]! + share * (to[0]! - from[0]!), from[1]! + share * (to[1]! - from[1]!)];
    }
    left -= length;
  }
  return [path[0]![0]!, path[0]![1]!];
}

/** Where a mark goes if its place is taken, in its sizes: beside it first. */
const AROUND = [[0, 0], [1, 0], [-1, 0], [0, 1], [0, -1], [1, 1], [-1, -1], [1, -1], [-1, 1]] as const;

/** Return places of marks that do not hide each other, as far as there is room beside them: marks stay near what they stand for. */
export function apart(places: Pixel[], sizePx: number): Pixel[] {
  const found: Pixel[] = [];
  for (const place of places) {
    const isFree = (one: Pixel): boolean => !found.some((other) => Math.abs(other.x - one.x) < sizePx && Math.abs(other.y - one.y) < sizePx);
    const tried = AROUND.map(([dx, dy]) => ({ x: place.x + dx * sizePx, y: place.y + dy * sizePx }));
    found.push(tried.find(isFree) ?? place);
  }
  return found;
}
