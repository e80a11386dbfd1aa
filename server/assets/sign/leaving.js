// Leaves at once: by the link that every page has, or by Escape pressed three times. The page is blank before the other one has
// come, and the place of this one in the tab's history is taken by it.

const TIMES = 3;
/** Milliseconds from the first press to the last. */
const WITHIN = 1_500;

/** @type {number[]} When Escape was pressed. */
let presses = [];

/** Listens on this page. */
export function offerExit() {
  const link = /** @type {HTMLAnchorElement | null} */ (document.querySelector("a.exit"));
  if (!link) return;
  const leave = () => {
    document.body.hidden = true;
    document.title = "…";
    location.replace(link.href);
  };
  link.addEventListener("click", (event) => {
    event.preventDefault();
    leave();
  });
  addEventListener("keydown", (event) => {
    presses = event.key === "Escape" ? [...presses, event.timeStamp].slice(-TIMES) : [];
    if (presses.length === TIMES && event.timeStamp - presses[0] <= WITHIN) leave();
  });
}
