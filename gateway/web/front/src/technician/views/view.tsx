// The view for a place.
import { say } from "../../shared/say.ts";
import { Title } from "../parts/frame.tsx";
import { linkTo, type Place } from "../route.ts";
import { Add, subjectOf } from "./add.tsx";
import { Certificate } from "./certificate.tsx";
import { Changes } from "./changes.tsx";
import { Device } from "./device.tsx";
import { Devices } from "./devices.tsx";
import { Doctor } from "./doctor.tsx";
import { Home } from "./home.tsx";
import { Line } from "./line.tsx";
import { Log } from "./log.tsx";
import { More } from "./more.tsx";
import { Registers } from "./registers.tsx";
import { Report } from "./report.tsx";
import { SiteFile } from "./site_file.tsx";
import { Scan } from "./scan.tsx";

export function View({ place, onLogout }: { place: Place; onLogout: () => void }) {
  const [subject = ""] = place.about;
  switch (place.view) {
    case "home": return <Home />;
    case "devices": return <Devices />;
    case "device": return <Device id={subject} />;
    case "line": return <Line id={subject} />;
    case "scan": return <Scan />;
    case "add": return <Add subject={subjectOf(place.values)} />;
    case "file": return <SiteFile />;
    case "changes": return <Changes />;
    case "certificate": return <Certificate />;
    case "doctor": return <Doctor />;
    case "report": return <Report />;
    case "more": return <More onLogout={onLogout} />;
    case "log": return <Log />;
    case "registers": return <Registers first={place.values.get("device")} />;
    default: return <Unknown />;
  }
}

const Unknown = () => (
  <>
    <Title>{say("There is no such view", "Questa vista non esiste")}</Title>
    <a class="button primary" href={linkTo("home")}>{say("Go home", "Vai all'inizio")}</a>
  </>
);
