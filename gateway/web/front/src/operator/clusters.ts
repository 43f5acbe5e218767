// Marks of a map that are too close to be told apart. Pure: places in, groups out.

/** A mark: where it is in pixels, and its rank; marks of a lower rank gather others around themselves. */
export interface Placed {
  key: string;
  x: number;
  y: number;
  rank: number;
}

/** Marks that are shown as one, at the place of the first. */
export type Cluster = readonly [Placed, ...Placed[]];

/** Return marks in groups: each mark gathers those that are nearer than a radius and in no group yet, those of the lowest rank first. */
export function clustered(marks: Placed[], radius: number): Cluster[] {
  const cells = new Map<string, Placed[]>();
  const cell = (x: number, y: number): string => `${Math.floor(x / radius)} ${Math.floor(y / radius)}`;
  for (const mark of marks) {
    const name = cell(mark.x, mark.y), there = cells.get(name);
    if (there) there.push(mark);
    else cells.set(name, [mark]);
  }
  const free = new Set(marks), found: Cluster[] = [];
  for (const seed of [...marks].sort((a, b) => a.rank - b.rank || (a.key < b.key ? -1 : 1))) {
    if (!free.delete(seed)) continue;
    const group: [Placed, ...Placed[]] = [seed];
    for (const [dx, dy] of AROUND) {
      for (const other of cells.get(cell(seed.x + dx * radius, seed.y + dy * radius)) ?? []) {
        if (Math.hypot(other.x - seed.x, other.y - seed.y) < radius && free.delete(other)) group.push(other);
      }
    }
    found.push(group);
  }
  return found;
}

const AROUND = [-1, 0, 1].flatMap((dx) => [-1, 0, 1].map((dy) => [dx, dy] as const));
