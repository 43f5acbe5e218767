import assert from "node:assert/strict";
import { test } from "node:test";
import { asWritten, say, sentence } from "../../../gateway/web/front/src/shared/say.ts";
import { setLanguage, shown, yesNo } from "../../../gateway/web/front/src/shared/words.ts";

test("texts are in the language that was set", () => {
  setLanguage("it-IT");
  assert.equal(say("yes", "sì"), "sì");
  assert.equal(sentence({ en: "Done.", it: "Fatto." }), "Fatto.");
  assert.equal(sentence({ en: "", it: "l'orologio è fermo" }), "l'orologio è fermo");
  assert.equal(sentence({ en: "", it: "nessun orologio" }), "Nessun orologio");
  assert.equal(sentence({ en: "", it: "presente: /dev/x" }), "Presente: /dev/x");
  assert.equal(asWritten({ en: "", it: "apt install chrony" }), "apt install chrony");
  assert.equal(sentence({ en: "", it: "st-01 non risponde" }), "st-01 non risponde");
  assert.equal(yesNo(true), "sì");
  assert.equal(shown(1234.5), "1234,5");
  setLanguage("fr");
  assert.equal(say("yes", "sì"), "yes");
  assert.equal(shown(12345.5), "12,345.5");
});
