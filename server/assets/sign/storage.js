// What a signing needs to go on after a reload, a closed tab or a killed browser: one record a petition, in IndexedDB, because only
// that says when a write is on the disk. No record holds an address.

/**
 * @typedef {object} StoredSigning
 * @property {string} petitionId
 * @property {string} slug
 * @property {number} revision Grows with every write; a tab that has missed one does not write over it.
 * @property {number} order The signing that was begun last has the largest.
 * @property {number} expires The day since 1970 on which the record is wiped.
 * @property {string | undefined} check What the confirm page of this browser fills in; only while a mail is awaited.
 * @property {boolean} [later] Whether the token is to be handed in later, because the person has chosen that.
 * @property {boolean} [kept] Whether the token is handed in only when the person says so: it came along with another petition's.
 * @property {Uint8Array} state What `Journey.save` gave.
 */

/** @typedef {Omit<StoredSigning, "revision" | "order" | "expires">} Draft */

const NAME = "undersign";
const STORE = "signings";
const DAYS_KEPT = 14;

const today = () => Math.floor(Date.now() / 86_400_000);

/** Another tab has written or wiped the record in the meantime. */
export class Superseded extends Error {}

/** Storage that this window loses when it is closed: for browsers that refuse to keep anything. */
export class MemoryStorage {
  /** Whether a closed window loses the records. */
  isMemory = true;

  /** @type {Map<string, StoredSigning>} */
  #records = new Map();

  /** @param {string} petitionId @returns {Promise<StoredSigning | undefined>} */
  async get(petitionId) {
    return this.#records.get(petitionId);
  }

  /** @param {string} slug @returns {Promise<StoredSigning | undefined>} */
  async ofSlug(slug) {
    return [...this.#records.values()].find((record) => record.slug === slug);
  }

  /** @param {Draft} draft @returns {Promise<StoredSigning>} */
  async add(draft) {
    const record = this.#records.get(draft.petitionId) ?? first(draft, 1);
    this.#records.set(record.petitionId, record);
    return record;
  }

  /** @param {StoredSigning} known @param {Draft} draft @returns {Promise<StoredSigning>} */
  async replace(known, draft) {
    const record = next(known, draft);
    this.#records.set(record.petitionId, record);
    return record;
  }

  /** @param {string} petitionId @returns {Promise<void>} */
  async wipe(petitionId) {
    this.#records.delete(petitionId);
  }
}

/**
 * Storage that outlives the browser. The database is opened for each piece of work, made only when there is something to keep, and
 * deleted with its last record: whoever looks at the device of somebody who only reads finds nothing.
 */
export class BrowserStorage {
  /** Whether a closed window loses the records. */
  isMemory = false;

  /**
   * Looks whether the browser keeps anything, and wipes what is too old.
   * @returns {Promise<BrowserStorage>} Fails where it does not.
   */
  static async open() {
    const storage = new BrowserStorage();
    const expired = (await storage.all()).filter((record) => record.expires <= today());
    for (const record of expired) await storage.wipe(record.petitionId);
    return storage;
  }

  /** @param {string} petitionId @returns {Promise<StoredSigning | undefined>} */
  async get(petitionId) {
    return within("readonly", (store) => settled(store.get(petitionId)));
  }

  /** @param {string} slug @returns {Promise<StoredSigning | undefined>} */
  async ofSlug(slug) {
    return (await this.all()).find((record) => record.slug === slug);
  }

  /** @returns {Promise<StoredSigning[]>} */
  async all() {
    return (await within("readonly", (store) => settled(store.getAll()))) ?? [];
  }

  /**
   * Keeps the first state of a signing. Where another tab was faster, its record is given back instead.
   * @param {Draft} draft @returns {Promise<StoredSigning>}
   */
  async add(draft) {
    return alone(async () => {
      const database = await openDatabase(true);
      return inTransaction(/** @type {IDBDatabase} */ (database), "readwrite", async (store) => {
        /** @type {StoredSigning[]} */
        const records = await settled(store.getAll());
        const there = records.find((record) => record.petitionId === draft.petitionId);
        if (there) return there;
        const record = first(draft, 1 + Math.max(0, ...records.map((other) => other.order)));
        await settled(store.add(record));
        return record;
      });
    });
  }

  /**
   * Keeps the next state.
   * @param {StoredSigning} known The record as this tab knows it; another one is not written over.
   * @param {Draft} draft @returns {Promise<StoredSigning>}
   */
  async replace(known, draft) {
    const written = await within("readwrite", async (store) => {
      /** @type {StoredSigning | undefined} */
      const there = await settled(store.get(known.petitionId));
      if (there?.revision !== known.revision || there.order !== known.order) return undefined;
      const record = next(known, draft);
      await settled(store.put(record));
      return record;
    });
    if (!written) throw new Superseded();
    return written;
  }

  /** @param {string} petitionId @returns {Promise<void>} */
  async wipe(petitionId) {
    await alone(async (isAlone) => {
      const left = await within("readwrite", async (store) => {
        await settled(store.delete(petitionId));
        return settled(store.count());
      });
      if (left === 0 && isAlone) await settled(indexedDB.deleteDatabase(NAME));
    });
  }
}

/**
 * Between the count of the records and the deletion of the database no other tab may add one.
 * @template T
 * @param {(isAlone: boolean) => Promise<T>} work Told whether that is certain: old browsers have no locks.
 * @returns {Promise<T>}
 */
async function alone(work) {
  return navigator.locks ? navigator.locks.request(NAME, () => work(true)) : work(false);
}

/**
 * @template T
 * @param {IDBTransactionMode} mode @param {(store: IDBObjectStore) => Promise<T>} work
 * @returns {Promise<T | undefined>} Nothing where there is no database.
 */
async function within(mode, work) {
  const database = await openDatabase(false);
  return database && inTransaction(database, mode, work);
}

/**
 * @param {boolean} create
 * @returns {Promise<IDBDatabase | undefined>} Nothing where there is none and none is to be made.
 */
async function openDatabase(create) {
  const request = indexedDB.open(NAME, 1);
  let isMissing = false;
  request.onupgradeneeded = () => {
    if (create) return void request.result.createObjectStore(STORE, { keyPath: "petitionId" });
    isMissing = true;
    // The database that was only just made goes away with the transaction that made it.
    request.transaction?.abort();
  };
  try {
    return await settled(request);
  } catch (error) {
    if (isMissing) return undefined;
    throw error;
  }
}

/**
 * @template T
 * @param {IDBDatabase} database Closed at the end.
 * @param {IDBTransactionMode} mode @param {(store: IDBObjectStore) => Promise<T>} work @returns {Promise<T>}
 */
async function inTransaction(database, mode, work) {
  try {
    // Strict: what is written is on the disk before the next request goes out. A killed browser then repeats, and loses nothing.
    const transaction = database.transaction(STORE, mode, { durability: "strict" });
    const done = new Promise((resolve, reject) => {
      transaction.oncomplete = resolve;
      transaction.onabort = () => reject(transaction.error);
    });
    // The failure that matters is the first: without this, the other would be reported as one that nobody handles.
    done.catch(() => {});
    const result = await work(transaction.objectStore(STORE));
    await done;
    return result;
  } finally {
    database.close();
  }
}

/** @param {Draft} draft @param {number} order @returns {StoredSigning} */
function first(draft, order) {
  return { ...draft, revision: 1, order, expires: today() + DAYS_KEPT };
}

/** @param {StoredSigning} known @param {Draft} draft @returns {StoredSigning} */
function next(known, draft) {
  return { ...draft, revision: known.revision + 1, order: known.order, expires: known.expires };
}

/**
 * @template T
 * @param {IDBRequest<T>} request @returns {Promise<T>}
 */
function settled(request) {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}
