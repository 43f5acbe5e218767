// Reads a QR code with the camera, where the browser can; elsewhere codes are typed.
import { useEffect, useRef, useState } from "preact/hooks";
import { say } from "../../shared/say.ts";
import { Problem } from "./basics.tsx";
import { Icon } from "./icons.tsx";

/** The browser's own reader of codes; TypeScript's library does not know it yet. */
declare class BarcodeDetector {
  constructor(options: { formats: string[] });
  detect(source: HTMLVideoElement): Promise<{ rawValue: string }[]>;
}

const LOOK_EVERY_MS = 200;

/** Whether codes can be read here: the browser can, and the page is secure, so that it may use the camera. */
export const canScan = (): boolean => isSecureContext && "BarcodeDetector" in globalThis && Boolean(navigator.mediaDevices);

/** A button that reads a code; nothing where that is not possible. */
export function ScanButton({ onCode }: { onCode: (text: string) => void }) {
  const [open, setOpen] = useState(false);
  if (!canScan()) return null;
  return (
    <>
      <button type="button" onClick={() => setOpen(true)} aria-label={say("Scan a QR code", "Leggi un codice QR")}><Icon name="camera" /></button>
      {open && <ScanDialog onClose={() => setOpen(false)} onCode={(text) => { setOpen(false); onCode(text); }} />}
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
