// The section of a page that does something, to sign, to withdraw or to recount: one panel of it is shown at a time. Every word stands
// in the page; a script only chooses.

/** Panels beside which the petition's text stays open. */
const READING = ["begin", "kept", "in-app", "no-client", "unsupported", "not-open"];

const section = /** @type {HTMLElement} */ (document.querySelector("#sign, #withdraw, #verify"));

/**
 * An element of the section.
 * @param {string} selector @returns {HTMLElement}
 */
export function element(selector) {
  const found = section.querySelector(selector);
  if (!(found instanceof HTMLElement)) throw new Error(`the page has no ${selector}`);
  return found;
}

/** @param {string} id @returns {HTMLInputElement} */
export function input(id) {
  return /** @type {HTMLInputElement} */ (element(`#${id}`));
}

/** @returns {DOMStringMap} What the server says about the petition. */
export function facts() {
  return section.dataset;
}

/** @returns {string | undefined} The panel that is shown. */
export function shown() {
  return panels().find((panel) => !panel.hidden)?.dataset.panel;
}

/**
 * Shows a panel, and no message. Keyboard and screen reader go to its heading, unless the page was only just opened.
 * @param {string} name
 * @param {{ focus?: boolean }} [options]
 */
export function show(name, { focus = true } = {}) {
  clearMessages();
  const changed = shown() !== name;
  for (const panel of panels()) panel.hidden = panel.dataset.panel !== name;
  const main = document.querySelector("main");
  if (main) main.dataset.state = READING.includes(name) ? "reading" : name;
  if (!changed) return;
  section.scrollIntoView({ block: "nearest" });
  if (focus) element(`[data-panel="${name}"] h2`).focus({ preventScroll: true });
}

/**
 * Says one of the sentences that the page has ready. A screen reader reads it out.
 * @param {string} name
 * @param {string} [detail] What exactly was found, in English, where the sentence has a place for it.
 */
export function say(name, detail = "") {
  clearMessages();
  const known = section.querySelector(`[data-message="${CSS.escape(name)}"]`);
  const message = known instanceof HTMLElement ? known : element('[data-message="unexpected"]');
  const place = message.querySelector("[data-detail]");
  if (place) place.textContent = detail;
  message.hidden = false;
}

/** Says nothing. */
export function clearMessages() {
  for (const message of section.querySelectorAll("[data-message]")) /** @type {HTMLElement} */ (message).hidden = true;
}

/**
 * Shows a point in time where the panel speaks of it: the hour, and the day where it is not today.
 * @param {string} selector @param {number} at Seconds since 1970.
 */
export function showTime(selector, at) {
  const moment = new Date(at * 1000);
  /** @type {Intl.DateTimeFormatOptions} */
  const hour = { hour: "2-digit", minute: "2-digit" };
  const isToday = moment.toDateString() === new Date().toDateString();
  const format = new Intl.DateTimeFormat(`${facts().lang}-u-ca-gregory`, isToday ? hour : { ...hour, day: "numeric", month: "long" });
  for (const place of section.querySelectorAll(selector)) {
    place.textContent = format.format(moment);
    place.setAttribute("datetime", moment.toISOString());
  }
}

/**
 * While something is under way, its button cannot be pressed again.
 * @template T
 * @param {string} selector @param {() => Promise<T>} work @returns {Promise<T>}
 */
export async function busy(selector, work) {
  const button = /** @type {HTMLButtonElement} */ (element(selector));
  // Not `disabled`: that would take the focus away, and a screen reader would lose its place.
  if (button.getAttribute("aria-disabled") === "true") return new Promise(() => {});
  button.setAttribute("aria-disabled", "true");
  try {
    return await work();
  } finally {
    button.removeAttribute("aria-disabled");
  }
}

/** @returns {HTMLElement[]} */
function panels() {
  return [...section.querySelectorAll("[data-panel]")].map((panel) => /** @type {HTMLElement} */ (panel));
}
