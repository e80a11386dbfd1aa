// One signing, from its first saved state to its end. What a step does is in a file of its own; here is what comes after what, and that
// every state is on the disk before the next request.

import { askAddress } from "./address.js";
import { done } from "./done.js";
import { Stopped } from "./errors.js";
import { handIn } from "./handing_in.js";
import { fetchToken } from "./issuing.js";
import { element, say, show } from "./panels.js";
import { MemoryStorage, Superseded } from "./storage.js";
import { onForgotten, tellForgotten } from "./tabs.js";
import { waitForMail } from "./waiting.js";

/** @typedef {import("./begin.js").Client} Client */
/** @typedef {import("./begin.js").Journey} Journey */
/** @typedef {import("./storage.js").StoredSigning} StoredSigning */
/** @typedef {import("./storage.js").BrowserStorage | import("./storage.js").MemoryStorage} Storage */

export class Signing {
  /** @type {StoredSigning} */
  #record;

  /**
   * @param {Client} client @param {Storage} storage @param {Journey} journey @param {StoredSigning} record
   */
  constructor(client, storage, journey, record) {
    this.client = client;
    this.storage = storage;
    this.journey = journey;
    this.#record = record;
    /** @type {Promise<unknown>} */
    this.written = Promise.resolve();
    /** Whether the token is to be handed in later: the person's choice, which a reload does not undo. */
    this.later = record.later ?? false;
    /** Whether the token is handed in only when the person says so. */
    this.kept = record.kept ?? false;
    /** @type {string | undefined} Name of a sentence to say with the next panel. */
    this.note = undefined;
    /** Whether the next mail is asked for with a proof of work, which buys one more than a limit allows. */
    this.wantsProof = false;
    /** Stops what is under way when the person forgets the signing. */
    this.ended = new AbortController();
    onForgotten(record.petitionId, this.ended.signal, () => {
      show("stopped");
      element("#try-again").hidden = true;
      say("elsewhere");
      this.ended.abort();
    });
  }

  /**
   * Begins with a journey that was only just prepared. Where another tab was faster, its signing goes on here.
   * @param {Client} client @param {Storage} storage @param {Journey} journey @param {boolean} [kept] @returns {Promise<Signing>}
   */
  static async begin(client, storage, journey, kept = false) {
    const record = await storage.add(draft({ journey, later: false, kept }));
    if (same(record.state, journey.save())) return new Signing(client, storage, journey, record);
    journey.free();
    return Signing.restore(client, storage, record);
  }

  /** @param {Client} client @param {Storage} storage @param {StoredSigning} record @returns {Signing} */
  static restore(client, storage, record) {
    return new Signing(client, storage, client.Journey.restore(record.state), record);
  }

  /** Goes on to the end, or to where it stops. */
  async run() {
    while (!this.ended.signal.aborted) {
      try {
        if (await this.#step()) return;
      } catch (error) {
        if (error instanceof Superseded && (await this.#takeOver())) continue;
        return this.#stop(error instanceof Superseded ? new Stopped("elsewhere") : error);
      }
    }
  }

  /** Keeps the journey as it is now, after what is being kept already. Fails with {@link Superseded} where another tab was faster. */
  async keep() {
    const writing = this.written.then(() => this.#write());
    this.written = writing.catch(() => {});
    await writing;
  }

  async #write() {
    // An address that has had its token: nothing of this signing can be used any more.
    if (this.journey.step === this.client.Step.AlreadyIssued) return;
    this.#record = await this.storage.replace(this.#record, draft(this));
  }

  /** Wipes what is kept. */
  async wipe() {
    await this.storage.wipe(this.#record.petitionId);
  }

  /** Wipes and ends. */
  async forget() {
    this.ended.abort();
    tellForgotten(this.#record.petitionId);
    await this.wipe();
    this.journey.free();
  }

  /** @returns {Promise<boolean>} Whether that was the last step. */
  async #step() {
    const { Step } = this.client;
    switch (this.journey.step) {
      case Step.Prepared:
        await (this.journey.mailAsked ? waitForMail(this) : askAddress(this));
        return false;
      case Step.Confirmed:
        await fetchToken(this);
        return false;
      case Step.TokenHeld:
        await handIn(this);
        return false;
      case Step.Signed:
        await done(this);
        return true;
      case Step.AlreadyIssued:
        throw new Stopped("already-issued");
      default:
        throw new Stopped("spoiled", { keep: true });
    }
  }

  /**
   * Another tab has gone on with this signing: its state is the one that counts. Where there is none any more, and nobody has said that
   * it is forgotten, the browser's storage was cleared, or another tab has come to the end: the same token twice counts once.
   */
  async #takeOver() {
    const record = await this.storage.get(this.#record.petitionId);
    if (!record) {
      if (typeof BroadcastChannel !== "function") return false;
      this.storage = new MemoryStorage();
      this.#record = await this.storage.add(draft(this));
      return true;
    }
    this.journey = this.client.Journey.restore(record.state);
    this.#record = record;
    return true;
  }

  /** @param {unknown} error */
  async #stop(error) {
    if (this.ended.signal.aborted) return;
    const stopped = error instanceof Stopped ? error : new Stopped("unexpected", { keep: true });
    if (!stopped.keep) await this.wipe();
    show("stopped");
    element("#try-again").hidden = !stopped.keep || stopped.message === "spoiled";
    say(stopped.message);
  }
}

/** @param {{ journey: Journey, later: boolean, kept: boolean }} signing @returns {import("./storage.js").Draft} */
function draft({ journey, later, kept }) {
  const check = journey.mailAsked ? journey.checkNumber : undefined;
  return { petitionId: journey.petitionId, slug: journey.slug, check, later, kept, state: journey.save() };
}

/** @param {Uint8Array} left @param {Uint8Array} right */
function same(left, right) {
  return left.length === right.length && left.every((byte, index) => byte === right[index]);
}
