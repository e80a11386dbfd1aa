// What tabs of one browser tell each other: that a signing is forgotten, so that no other tab finishes it.

const NAME = "undersign";

/** @param {string} petitionId */
export function tellForgotten(petitionId) {
  if (typeof BroadcastChannel !== "function") return;
  const channel = new BroadcastChannel(NAME);
  channel.postMessage({ forgotten: petitionId });
  channel.close();
}

/**
 * @param {string} petitionId
 * @param {AbortSignal} until Ends the listening.
 * @param {() => void} forgotten Called when another tab has forgotten this signing.
 */
export function onForgotten(petitionId, until, forgotten) {
  if (typeof BroadcastChannel !== "function") return;
  const channel = new BroadcastChannel(NAME);
  channel.onmessage = ({ data }) => data?.forgotten === petitionId && forgotten();
  until.addEventListener("abort", () => channel.close());
}
