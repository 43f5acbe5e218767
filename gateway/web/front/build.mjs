// Builds the pages into ../static: scripts and styles with hashes in their names, the pages that load them, and the licences of what they contain.
import { build } from "esbuild";
import { createHash } from "node:crypto";
import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";

const HERE = import.meta.dirname;
const STATIC = join(HERE, "..", "static");
const LIBRARIES = ["leaflet", "preact", "qr", "uplot"];

const OPTIONS = {
  absWorkingDir: HERE, bundle: true, minify: true, format: "esm", target: "es2022", jsx: "automatic", jsxImportSource: "preact", charset: "utf8",
  legalComments: "none", loader: { ".png": "empty" }, logLevel: "warning",
};

/** Build a page's scripts, and return the names of the script and the style that the page loads first. Its style has those of all parts. */
async function scripts(name, entry) {
  const { metafile } = await build({ ...OPTIONS, entryPoints: [`src/${name}/${entry}`], outdir: join(STATIC, name), splitting: true, metafile: true,
    entryNames: "[name]-[hash]", chunkNames: "[name]-[hash]", assetNames: "[name]-[hash]" });
  const outputs = Object.entries(metafile.outputs);
  const [script, first] = outputs.find(([, output]) => output.entryPoint === `src/${name}/${entry}`);
  for (const [path] of outputs) if (path.endsWith(".css") && path !== first.cssBundle) rmSync(join(HERE, path));
  return { script: basename(script), style: basename(first.cssBundle) };
}

/** Write a page with the elements that load its script and its style from an address. */
function page(name, { script, style }, address = "/static") {
  const html = readFileSync(join(HERE, "src", name, "index.html"), "utf8");
  const loads = `<link rel="stylesheet" href="${address}/${style}">\n<script type="module" src="${address}/${script}"></script>`;
  writeFileSync(join(STATIC, name, "index.html"), html.replace("<!-- built -->", loads));
}

rmSync(STATIC, { recursive: true, force: true });
mkdirSync(STATIC, { recursive: true });

page("operator", await scripts("operator", "app.ts"));
cpSync(join(HERE, "src/shared/icon.svg"), join(STATIC, "operator/icon.svg"));

page("situation", await scripts("situation", "main.tsx"));
page("public", await scripts("public", "main.ts"), "/static/public");
for (const name of ["situation", "public"]) cpSync(join(HERE, "src/shared/icon.svg"), join(STATIC, name, "icon.svg"));

page("technician", await scripts("technician", "main.tsx"));
cpSync(join(HERE, "src/shared/icon.svg"), join(STATIC, "technician/icon.svg"));
cpSync(join(HERE, "src/technician/files"), join(STATIC, "technician"), { recursive: true });
const files = readdirSync(join(STATIC, "technician")).sort();
const version = createHash("sha256");
for (const file of files) version.update(file).update(readFileSync(join(STATIC, "technician", file)));
await build({ ...OPTIONS, format: "iife", entryPoints: ["src/technician/service_worker.ts"], outfile: join(STATIC, "technician/service-worker.js"),
  define: { FILES: JSON.stringify(files.filter((file) => file !== "index.html")), VERSION: JSON.stringify(version.digest("hex").slice(0, 16)) } });

writeFileSync(join(STATIC, "licences.txt"), LIBRARIES.map((name) => `${name}\n\n${readFileSync(join(HERE, "node_modules", name, "LICENSE"), "utf8")}`).join("\n\n"));
