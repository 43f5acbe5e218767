// Reads a QR code: live with the camera, where the browser can; elsewhere from a picture that the phone takes.
import { useEffect, useRef, useState } from "preact/hooks";
import { say } from "../../shared/say.ts";
import { Notice, Problem, Waiting } from "./basics.tsx";
import { FileButton } from "./file_button.tsx";
import { useWork } from "./hooks.ts";
import { Icon } from "./icons.tsx";

/** The browser's own reader of codes; TypeScript's library does not know it yet. */
declare class BarcodeDetector {
  constructor(options: { formats: string[] });
  detect(source: HTMLVideoElement): Promise<{ rawValue: string }[]>;
}

const LOOK_EVERY_MS = 200;

/** Whether codes can be read here: the browser can, and the page is secure, so that it may use the camera. */
export const canScan = (): boolean => isSecureContext && "BarcodeDetector" in globalThis && Boolean(navigator.mediaDevices);

/** A button that reads a code. */
export function ScanButton({ onCode }: { onCode: (text: string) => void }) {
  const [open, setOpen] = useState(false);
  const Dialog = canScan() ? ScanDialog : PictureDialog;
  return (
    <>
      <button type="button" onClick={() => setOpen(true)} aria-label={say("Scan a QR code", "Leggi un codice QR")}><Icon name="camera" /></button>
      {open && <Dialog onClose={() => setOpen(false)} onCode={(text) => { setOpen(false); onCode(text); }} />}
    </>
  );
}

function ScanDialog({ onCode, onClose }: { onCode: (text: string) => void; onClose: () => void }) {
  const dialog = useRef<HTMLDialogElement>(null), video = useRef<HTMLVideoElement>(null);
  const [problem, setProblem] = useState<string | null>(null);
  useEffect(() => {
    dialog.current?.showModal();
    let stream: MediaStream | null = null, timer = 0, ended = false;
    const look = async (detector: BarcodeDetector): Promise<void> => {
      const [found] = await detector.detect(video.current!).catch(() => []);
      if (ended) return;
      if (found) onCode(found.rawValue);
      else timer = window.setTimeout(() => void look(detector), LOOK_EVERY_MS);
    };
    navigator.mediaDevices.getUserMedia({ video: { facingMode: "environment" } }).then(async (opened) => {
      stream = opened;
      if (ended || !video.current) return opened.getTracks().forEach((track) => track.stop());
      video.current.srcObject = opened;
      await video.current.play();
      return look(new BarcodeDetector({ formats: ["qr_code", "data_matrix", "code_128"] }));
    }).catch(() => setProblem(say("The camera can't be used: allow it in the browser's settings, or type the name.", "La fotocamera non è utilizzabile: consentirla nelle impostazioni del browser, o scrivere il nome.")));
    return () => { ended = true; clearTimeout(timer); stream?.getTracks().forEach((track) => track.stop()); };
  }, []);
  return (
    <dialog ref={dialog} onClose={onClose} aria-label={say("Scan a QR code", "Leggi un codice QR")}>
      <div>
        <video ref={video} muted playsInline />
        <Problem text={problem} />
        <button type="button" class="wide" onClick={onClose}>{say("Close", "Chiudi")}</button>
      </div>
    </dialog>
  );
}

function PictureDialog({ onCode, onClose }: { onCode: (text: string) => void; onClose: () => void }) {
  const dialog = useRef<HTMLDialogElement>(null);
  const [missing, setMissing] = useState(false);
  useEffect(() => dialog.current?.showModal(), []);
  const read = useWork(async (picture: File) => {
    setMissing(false);
    const { codeIn } = await import("./qr_picture.ts");
    const text = await codeIn(picture);
    if (text === null) setMissing(true);
    else onCode(text);
  });
  return (
    <dialog ref={dialog} onClose={onClose} aria-label={say("Scan a QR code", "Leggi un codice QR")}>
      <div>
        <p>{say("Take a picture of the code, from near and straight above.", "Fotografare il codice, da vicino e dall'alto.")}</p>
        {read.busy && <Waiting text={say("Reading the picture…", "Lettura della foto…")} />}
        {missing && <Notice tone="warn" title={say("No QR code was found in the picture.", "Nella foto non c'è un codice QR leggibile.")}>{say("Go nearer, avoid reflections, or type it.", "Avvicinarsi, evitare i riflessi, oppure scriverlo.")}</Notice>}
        <Problem text={read.problem} />
        <FileButton accept="image/*" camera busy={read.busy} onFile={read.run}>{say("Take a picture", "Scatta una foto")}</FileButton>
        <button type="button" class="wide" onClick={onClose}>{say("Close", "Chiudi")}</button>
      </div>
    </dialog>
  );
}
