// The button that recounts: starts the worker, shows how far it is, and says in the end what it found.

import { element, facts, say, show } from "../sign/panels.js";
import { canRun, hasWasm, keepPin, pin } from "../sign/surroundings.js";

/** @typedef {import("./worker.js").Report} Report */
/** @typedef {import("./worker.js").Verdict} Verdict */
/** @typedef {import("./worker.js").Failure} Failure */

/** What is no finding about the log: the recount could not be made, and can be begun again. */
const NO_FINDING = ["network", "answer", "broken", "too-large"];

/** Seconds before the first guess how long it takes. */
const FIRST_GUESS = 2;

const WORKER = new URL("worker.js", import.meta.url).href;

/** @type {Worker | undefined} */
let worker;

/** @type {string | undefined} The signed head of the last count of this visit. It is written nowhere. */
let remembered;

function start() {
  if (facts().client === undefined) return;
  if (!canRun() || typeof Worker !== "function") return show("unsupported", { focus: false });
  show("begin", { focus: false });
  element("#recount").addEventListener("click", recount);
  element("#cancel").addEventListener("click", () => {
    stop();
    show("begin");
    say("cancelled");
  });
  for (const again of element("[data-panel=confirmed]").parentElement?.querySelectorAll("[data-again]") ?? []) {
    again.addEventListener("click", recount);
  }
  addEventListener("pagehide", () => {
    if (worker) show("begin", { focus: false });
    stop();
  });
}

function recount() {
  stop();
  const started = performance.now();
  const all = Number(facts().signatures);
  show("running");
  progress(0, all, 0);
  worker = new Worker(trusted(WORKER), { type: "module" });
  worker.addEventListener("message", (/** @type {MessageEvent<Report>} */ { data }) => {
    if ("progress" in data) return progress(data.progress.signatures, all, (performance.now() - started) / 1000);
    stop();
    if ("verdict" in data) confirmed(data.verdict);
    else failed(data.failure);
  });
  worker.addEventListener("error", () => {
    stop();
    failed({ reason: "broken", entry: undefined, text: "" });
  });
  worker.postMessage({ petitionId: pin() ?? facts().petitionId, remembered, wasm: hasWasm() });
}

function stop() {
  worker?.terminate();
  worker = undefined;
}

/** @param {number} done @param {number} shown @param {number} seconds */
function progress(done, shown, seconds) {
  const all = Math.max(shown, done);
  const bar = /** @type {HTMLProgressElement} */ (element("#progress"));
  bar.max = Math.max(all, 1);
  bar.value = done;
  element("#checked").textContent = number(done);
  element("#of-all").textContent = number(all);
  const left = done > 0 && seconds > FIRST_GUESS ? Math.ceil((seconds / done) * (all - done)) : 0;
  element("#time-left").hidden = left === 0;
  element("#seconds-left").textContent = duration(left);
}

/** @param {Verdict} verdict */
function confirmed(verdict) {
  for (const name of /** @type {const} */ (["total", "signatures", "withdrawals", "issued", "treeSize"])) {
    element(`[data-found="${name}"]`).textContent = number(verdict[name]);
  }
  element('[data-found="root"]').textContent = verdict.root;
  element('[data-found="petitionId"]').textContent = verdict.petitionId;
  element("[data-pinned]").hidden = pin() === undefined;
  element("[data-not-pinned]").hidden = pin() !== undefined;
  element("[data-remembered]").hidden = remembered === undefined;
  remembered = verdict.head;
  show("confirmed");
}

/** @param {Failure} failure */
function failed({ reason, entry, text }) {
  if (NO_FINDING.includes(reason)) {
    show("begin");
    return say(reason);
  }
  const sentences = /** @type {NodeListOf<HTMLElement>} */ (element('[data-panel="failed"]').querySelectorAll("[data-reason]"));
  for (const sentence of sentences) sentence.hidden = sentence.dataset.reason !== reason;
  element("#failed-entry").hidden = entry === undefined;
  element("#entry").textContent = entry === undefined ? "" : String(entry);
  element("#reason").textContent = reason;
  element("#reason-text").textContent = text;
  show("failed");
}

/** @param {number} value */
function number(value) {
  return new Intl.NumberFormat(facts().lang).format(value);
}

/** @param {number} seconds */
function duration(seconds) {
  const [value, unit] = seconds < 90 ? [seconds, "second"] : [Math.ceil(seconds / 60), "minute"];
  return new Intl.NumberFormat(facts().lang, { style: "unit", unit: String(unit), unitDisplay: "long" }).format(Number(value));
}

/**
 * The page's policy takes the address of a worker from nobody but here, and here it is always the same.
 * @param {string} url @returns {string}
 */
function trusted(url) {
  const names = /** @type {{ trustedTypes?: { createPolicy(name: string, rules: object): { createScriptURL(url: string): string } } }} */ (
    /** @type {unknown} */ (globalThis));
  policy ??= names.trustedTypes?.createPolicy("recount", { createScriptURL: () => WORKER });
  return policy?.createScriptURL(url) ?? url;
}

/** @type {{ createScriptURL(url: string): string } | undefined} */
let policy;

keepPin();
start();
