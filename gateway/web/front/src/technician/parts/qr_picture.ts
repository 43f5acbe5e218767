// Reads a QR code from a picture: without the browser's own reader, and where the page is not secure, a photo is all that there is.
import decodeQR from "qr/decode.js";

/** Larger pictures are made smaller: a code that fills a tenth of one is still read. */
const SIDE_MOST = 1600;

const TIME_MOST_MS = 4000;

/** Return the text of the code in a picture; null if none can be read. */
export async function codeIn(picture: Blob): Promise<string | null> {
  const bitmap = await createImageBitmap(picture).catch(() => null);
  if (!bitmap) return null;
  const scale = Math.min(1, SIDE_MOST / Math.max(bitmap.width, bitmap.height));
  const width = Math.max(1, Math.round(bitmap.width * scale)), height = Math.max(1, Math.round(bitmap.height * scale));
  const canvas = document.createElement("canvas");
  canvas.width = width;
  canvas.height = height;
  const context = canvas.getContext("2d", { willReadFrequently: true })!;
  context.fillStyle = "#fff";
  context.fillRect(0, 0, width, height);
  context.drawImage(bitmap, 0, 0, width, height);
  bitmap.close();
  try {
    return decodeQR({ width, height, data: context.getImageData(0, 0, width, height).data }, { timeLimit: TIME_MOST_MS });
  } catch {
    return null;
  }
}
