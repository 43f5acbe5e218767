// How large a photo may be, and how it is made so.

export const PHOTO_MOST_BYTES = 250_000;

/** From the best to the smallest: the longer side in pixels, and the quality of the JPEG. */
const STEPS: [side: number, quality: number][] = [[1280, 0.85], [1280, 0.7], [1280, 0.5], [960, 0.5], [640, 0.4]];

/** Return the width and height of a picture whose longer side has at most so many pixels. */
export function fitted(width: number, height: number, side: number): [width: number, height: number] {
  const scale = Math.min(1, side / Math.max(width, height));
  return [Math.max(1, Math.round(width * scale)), Math.max(1, Math.round(height * scale))];
}

/** Return the first JPEG that is small enough; null if none is. */
export async function smallEnough(jpeg: (side: number, quality: number) => Promise<Blob | null>): Promise<Blob | null> {
  for (const [side, quality] of STEPS) {
    const made = await jpeg(side, quality);
    if (made && made.size <= PHOTO_MOST_BYTES) return made;
  }
  return null;
}

const VISIT_MS = 12 * 3_600_000;

/** Return the photo of a report if it is of this visit: then a new report has it, too. */
export function photoOfVisit<Photo>(report: { made: string; photo?: Photo | null }, nowMs: number): Photo | null {
  return Math.abs(nowMs - Date.parse(report.made)) < VISIT_MS ? report.photo ?? null : null;
}
