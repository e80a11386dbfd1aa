// A receipt: offered once, after the signature is accepted, and shown only to who asks for it. It is in this page's memory alone, and
// what shows it is emptied when the person is done with it or leaves.

import { element, input, say } from "./panels.js";
import { hasWasm } from "./surroundings.js";

/** @typedef {import("./begin.js").Journey} Journey */
/** @typedef {import("../client/undersign_client.js").Receipt} Receipt */

/** Milliseconds for which a browser may read the file that is being saved. */
const SAVING = 60_000;

/** @type {Set<Journey>} Those whose receipts were offered: forgotten when the person leaves. */
const offered = new Set();

/**
 * Offers the receipt of a signature that was accepted.
 * @param {Journey} journey @param {HTMLElement} button Shows it. @param {string} title The petition's.
 */
export function offerReceipt(journey, button, title) {
  offered.add(journey);
  button.hidden = false;
  button.onclick = () => show(journey, button, title);
}

/** @param {Journey} journey @param {HTMLElement} button @param {string} title */
async function show(journey, button, title) {
  const receipt = journey.receipt();
  if (!receipt) return;
  hide();
  const area = element("#receipt");
  element("#receipt-of").textContent = title;
  input("receipt-code").value = receipt.code;
  element("#receipt-save").onclick = () => save(journey);
  element("#receipt-copy").onclick = copy;
  element("#receipt-forget").onclick = () => {
    forget(journey);
    button.hidden = true;
    say("receipt-forgotten");
  };
  area.hidden = false;
  area.scrollIntoView({ block: "nearest" });
  element("#receipt h3").focus({ preventScroll: true });
  await draw(receipt.code);
  receipt.free();
}

/** @param {Journey} journey */
function forget(journey) {
  journey.forgetReceipt();
  offered.delete(journey);
  hide();
}

/** Empties what shows a receipt. */
function hide() {
  element("#receipt").hidden = true;
  input("receipt-code").value = "";
  element("#receipt-of").textContent = "";
  element("#receipt-qr").hidden = true;
  picture().path.removeAttribute("d");
}

/** A picture that is made on this device: what draws it is fetched only now. Without it there is still the text. @param {string} code */
async function draw(code) {
  try {
    const qr = await (hasWasm() ? import("../client/undersign_qr.js") : import("../client/undersign_qr_fallback.js"));
    await qr.default();
    const drawing = qr.draw(code);
    // The person may be done with it already.
    if (!drawing || input("receipt-code").value !== code) return;
    const { svg, path } = picture();
    svg.setAttribute("viewBox", `0 0 ${drawing.size} ${drawing.size}`);
    path.setAttribute("d", drawing.path);
    element("#receipt-qr").hidden = false;
    drawing.free();
  } catch {
    element("#receipt-qr").hidden = true;
  }
}

/** The empty picture of the page. @returns {{ svg: Element, path: Element }} */
function picture() {
  const svg = /** @type {Element} */ (document.querySelector("#receipt-qr svg"));
  return { svg, path: /** @type {Element} */ (svg.firstElementChild) };
}

/** @param {Journey} journey */
function save(journey) {
  const receipt = journey.receipt();
  if (!receipt) return;
  saveFile(new Blob([/** @type {Uint8Array<ArrayBuffer>} */ (receipt.file)], { type: receipt.mediaType }), receipt.fileName);
  receipt.free();
}

/** @param {Blob} file @param {string} name */
export function saveFile(file, name) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(file);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), SAVING);
}

async function copy() {
  const field = input("receipt-code");
  field.select();
  try {
    await navigator.clipboard.writeText(field.value);
    say("receipt-copied");
  } catch {
    say("receipt-copy-by-hand");
  }
}

// A page that was left can come back out of the browser's memory: then as one where nothing was kept.
addEventListener("pagehide", () => {
  if (offered.size === 0) return;
  for (const button of document.querySelectorAll("#sign [data-show-receipt]")) /** @type {HTMLElement} */ (button).hidden = true;
  for (const journey of [...offered]) forget(journey);
});
