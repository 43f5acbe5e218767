// The wall and the phone of the Situation Room: starts the page in the language of the person.
import { render } from "preact";
import { locale, setLanguage } from "../shared/language.ts";
import { App } from "./app.tsx";
import "./style.css";

setLanguage(localStorage.getItem("language") ?? navigator.language);
document.documentElement.lang = locale();
render(<App />, document.getElementById("page")!);
