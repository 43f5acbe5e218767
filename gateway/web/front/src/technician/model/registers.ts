// Registers in the ways that data sheets use. Pure.
import { shown } from "../../shared/words.ts";
import type { RegisterAnswer } from "../api.ts";

export interface RegisterRow {
  address: number;
  hex: string;
  unsigned: string;
  signed: string;
  /** With the next register, the higher one first; empty without a next one, or if it is no number that anybody would measure. */
  float: string;
}

/** Return a row for each register or bit that was read, the first one at `address`. */
export function rowsOf(address: number, answer: Pick<RegisterAnswer, "words" | "bits">): RegisterRow[] {
  if (answer.bits.length) return answer.bits.map((bit, place) => ({ address: address + place, hex: "", unsigned: String(Number(bit)), signed: "", float: "" }));
  return answer.words.map((word, place) => ({
    address: address + place, hex: word.toString(16).padStart(4, "0"), unsigned: String(word), signed: String(word > 0x7fff ? word - 0x1_0000 : word), float: floatOf(word, answer.words[place + 1]),
  }));
}

const LEAST = 1e-6, GREATEST = 1e12;

function floatOf(high: number, low: number | undefined): string {
  if (low === undefined) return "";
  const bytes = new DataView(new ArrayBuffer(4));
  bytes.setUint16(0, high);
  bytes.setUint16(2, low);
  const value = bytes.getFloat32(0);
  const size = Math.abs(value);
  return value === 0 || (size >= LEAST && size <= GREATEST) ? shown(Number(value.toPrecision(6))) : "";
}
