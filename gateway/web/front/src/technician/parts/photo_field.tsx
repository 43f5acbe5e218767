// A photo for the report: taken or chosen, and made smaller on the phone. A drawing of it is sent, so that its position stays behind.
import { say } from "../../shared/say.ts";
import type { ReportedPhoto } from "../api.ts";
import { postFile } from "../client.ts";
import { fitted, smallEnough } from "../model/photo.ts";
import { Problem } from "./basics.tsx";
import { FileButton } from "./file_button.tsx";
import { useWork } from "./hooks.ts";

async function drawn(file: File): Promise<Blob> {
  const unreadable = () => new Error(say("This is no picture that the phone can read.", "Non è un'immagine che il telefono sa leggere."));
  const bitmap = await createImageBitmap(file).catch(() => { throw unreadable(); });
  const photo = await smallEnough((side, quality) => {
    const canvas = document.createElement("canvas");
    [canvas.width, canvas.height] = fitted(bitmap.width, bitmap.height, side);
    canvas.getContext("2d")!.drawImage(bitmap, 0, 0, canvas.width, canvas.height);
    return new Promise((resolve) => canvas.toBlob(resolve, "image/jpeg", quality));
  });
  bitmap.close();
  if (!photo) throw unreadable();
  return photo;
}

export function PhotoField({ photo, onPhoto }: { photo: ReportedPhoto | null; onPhoto: (photo: ReportedPhoto | null) => void }) {
  const add = useWork(async (file: File) => onPhoto(await postFile<ReportedPhoto>("/api/report/photo", await drawn(file))));
  return (
    <>
      {photo && <img class="photo" src={`/api/report/photo?sha256=${photo.sha256}`} width={photo.width} height={photo.height} alt={say("Photo for the report", "Foto per il rapporto")} />}
      <FileButton accept="image/*" busy={add.busy} onFile={add.run}>{photo ? say("Another photo", "Un'altra foto") : say("Add a photo", "Aggiungi una foto")}</FileButton>
      {photo && <button type="button" class="wide" onClick={() => onPhoto(null)}>{say("Without a photo", "Senza foto")}</button>}
      <Problem text={add.problem} />
    </>
  );
}
