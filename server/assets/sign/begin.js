// The first step: check the petition and blind, before any address is named.

import { send, sendAll } from "./transport.js";
import { facts } from "./panels.js";
import { hasWasm, pin } from "./surroundings.js";

/** @typedef {typeof import("../client/undersign_client.js")} Client */
/** @typedef {import("../client/undersign_client.js").Journey} Journey */
/** @typedef {import("../client/undersign_client.js").CheckedPetition} CheckedPetition */
/** @typedef {import("../client/undersign_client.js").Answer} Answer */
/** @typedef {import("../client/undersign_client.js").Step} Step */

/** @type {Promise<Client> | undefined} */
let loaded;

/**
 * Fetches the client package, once. It is not part of the page: who only reads need not pay for it.
 * @returns {Promise<Client>}
 */
export function client() {
  loaded ??= load().catch((error) => {
    loaded = undefined;
    throw error;
  });
  return loaded;
}

/** @returns {Promise<Client>} */
async function load() {
  const module = await (hasWasm() ? import("../client/undersign_client.js") : withoutWasm());
  await module.default();
  return module;
}

/** The same as JavaScript. It has a class more. @returns {Promise<Client>} */
function withoutWasm() {
  return /** @type {Promise<any>} */ (import("../client/undersign_client_fallback.js"));
}

/**
 * Fetches what the server shows of a petition, and checks all of it.
 * @param {string} slug
 * @returns {Promise<CheckedPetition>}
 */
export async function check(slug) {
  const module = await client();
  const lookup = new module.Lookup(location.origin, slug, slug === facts().slug ? pin() : undefined);
  for (;;) {
    const answers = sendAll(module, lookup.requests());
    // Meanwhile the browser compiles what will blind, which then takes half the time; JavaScript is not compiled that way.
    if (hasWasm()) module.warmUp();
    const petition = lookup.answered(await answers);
    if (petition) return petition;
  }
}

/**
 * Checks and blinds.
 * @param {boolean} onlyThis
 * @returns {Promise<Journey>}
 */
export async function prepare(onlyThis) {
  const { Bundle } = await client();
  const petition = await check(/** @type {string} */ (facts().slug));
  return petition.prepare(onlyThis ? Bundle.OnlyThis : Bundle.WholeRun);
}

/**
 * The total of a petition, with its numbers checked against its checkpoint.
 * @param {CheckedPetition} petition
 */
export async function total(petition) {
  return petition.total(await send(await client(), petition.totalRequest()));
}
