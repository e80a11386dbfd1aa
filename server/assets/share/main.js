// The button that copies the link. Without this script there is the field, and the device's own way to copy.

const button = /** @type {HTMLButtonElement} */ (document.querySelector("[data-copy]"));
const field = /** @type {HTMLInputElement} */ (document.getElementById(button.dataset.copy ?? ""));
const copied = /** @type {HTMLElement} */ (document.getElementById("copied"));

async function copy() {
  field.select();
  try {
    await navigator.clipboard.writeText(field.value);
    copied.hidden = false;
  } catch {
    // The link is selected: the device's own menu copies it.
    field.focus();
  }
}

button.addEventListener("click", copy);
button.hidden = false;
