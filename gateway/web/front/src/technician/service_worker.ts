// Keeps the page's own files, so that it opens without a connection, and at once with a bad one. What it shows always comes from the gateway.
export {};

/** Names of the built files, and a hash of them all; the build sets both. */
declare const FILES: string[];
declare const VERSION: string;

const worker = globalThis as unknown as {
  location: Location;
  skipWaiting(): Promise<void>;
  clients: { claim(): Promise<void> };
  addEventListener(type: string, listener: (event: { request: Request; waitUntil(done: Promise<unknown>): void; respondWith(answer: Promise<Response>): void }) => void): void;
};

const NAME = `page-${VERSION}`;
const SHELL = ["/", "/manifest.webmanifest", ...FILES.filter((file) => file !== "manifest.webmanifest").map((file) => `/static/${file}`)];

async function install(): Promise<void> {
  const cache = await caches.open(NAME);
  await cache.addAll(SHELL);
  await worker.skipWaiting();
}

async function activate(): Promise<void> {
  for (const name of await caches.keys()) if (name !== NAME) await caches.delete(name);
  await worker.clients.claim();
}

/** Answer from the cache; the page itself from the gateway if it answers, since its scripts change with an update. */
async function answer(request: Request): Promise<Response> {
  const cache = await caches.open(NAME);
  if (request.mode !== "navigate") return (await cache.match(request)) ?? fetch(request);
  return fetch(request).catch(async () => (await cache.match("/")) ?? Response.error());
}

worker.addEventListener("install", (event) => event.waitUntil(install()));
worker.addEventListener("activate", (event) => event.waitUntil(activate()));
worker.addEventListener("fetch", (event) => {
  const address = new URL(event.request.url);
  const isShell = address.origin === worker.location.origin && SHELL.includes(address.pathname);
  if (event.request.method === "GET" && isShell) event.respondWith(answer(event.request));
});
