// Where the page is open, as far as it matters to the person.

import { facts } from "./panels.js";

/** What a browser inside another app calls itself. Android's own name for such windows is "wv". */
const IN_APP = /\bFBA[NV]\b|\bFB_IAB\b|Instagram|Telegram|VKAndroidApp|VKClient|WhatsApp|Line\/|MicroMessenger|Snapchat|TikTok|; wv\)/;

/** @returns {boolean} Whether this is a window of another app, which may forget the page when the person looks into the mail. */
export function isInApp() {
  const names = /** @type {Record<string, unknown>} */ (/** @type {unknown} */ (window));
  return IN_APP.test(navigator.userAgent) || "TelegramWebview" in names || "TelegramWebviewProxy" in names;
}

/** A module with a table of references and nothing else: of what the client's modules need, browsers learned this last. */
const SMALLEST = [0, 97, 115, 109, 1, 0, 0, 0, 4, 4, 1, 111, 0, 0];

/** @returns {boolean} Whether this browser takes WebAssembly, as it is and as it is set. */
export function hasWasm() {
  try {
    return !!new WebAssembly.Module(new Uint8Array(SMALLEST));
  } catch {
    return false;
  }
}

/** @returns {boolean} Whether this browser can run the client package, or what the server has in its place. */
export function canRun() {
  return hasWasm() || "fallback" in facts();
}

/** @returns {boolean} Whether this browser can run it, and knows how to keep what a signing needs. */
export function canSign() {
  return canRun() && "indexedDB" in window;
}

/** Links from this page to the other pages of its petition pin it as this page's own link does. */
export function keepPin() {
  const [, petition] = /\/p\/([a-z0-9-]+)/.exec(location.pathname) ?? [];
  const pinned = pin();
  if (!petition || !pinned) return;
  for (const link of document.links) {
    const href = link.getAttribute("href") ?? "";
    if (new RegExp(`^/[a-z]+/p/${petition}(/verify|/withdraw)?$`).test(href)) link.setAttribute("href", `${href}#${pinned}`);
  }
}

/** @returns {string | undefined} The petition_id that the link pins, if it pins one. */
export function pin() {
  const fragment = location.hash.slice(1);
  return /^[A-Za-z0-9_-]{43}$/.test(fragment) ? fragment : undefined;
}
