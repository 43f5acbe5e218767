// The technician's page: starts it, in the language of the person, and keeps its files for the next time.
import { render } from "preact";
import { locale, setLanguage } from "../shared/words.ts";
import { App } from "./app.tsx";
import "./style.css";

setLanguage(localStorage.getItem("language") ?? navigator.language);
document.documentElement.lang = locale();
render(<App />, document.getElementById("page")!);
if ("serviceWorker" in navigator) navigator.serviceWorker.register("/service-worker.js").catch(() => undefined); // the page works without
