// What a site has stored in a profile, seen from its own pages.

/** Everything, by kind; empty lists where there is nothing. Bytes are numbers here. */
export async function everythingStored(page) {
  const inPage = await page.evaluate(async () => {
    const settled = (request) => new Promise((resolve, reject) => {
      request.onsuccess = () => resolve(request.result);
      request.onerror = () => reject(request.error);
    });
    const plain = (value) => JSON.parse(JSON.stringify(value, (_, part) => (part instanceof Uint8Array ? [...part] : part)));
    const databases = [];
    for (const { name, version } of await indexedDB.databases()) {
      const database = await settled(indexedDB.open(name, version));
      const stores = {};
      for (const store of database.objectStoreNames) {
        stores[store] = plain(await settled(database.transaction(store).objectStore(store).getAll()));
      }
      database.close();
      databases.push({ name, stores });
    }
    return {
      databases,
      localStorage: Object.entries(localStorage),
      sessionStorage: Object.entries(sessionStorage),
      caches: "caches" in window ? await caches.keys() : [],
      serviceWorkers: (await navigator.serviceWorker?.getRegistrations())?.length ?? 0,
      cookies: document.cookie,
      windowName: window.name,
      historyState: history.state,
    };
  });
  return { ...inPage, allCookies: await page.context().cookies() };
}

/** What {@link everythingStored} gives for a site that has stored nothing. */
export const NOTHING = {
  databases: [],
  localStorage: [],
  sessionStorage: [],
  caches: [],
  serviceWorkers: 0,
  cookies: "",
  windowName: "",
  historyState: null,
  allCookies: [],
};

/** The record of the only signing that is kept, and the journey in it, as client-lib has saved it. */
export async function keptSigning(page) {
  const { databases } = await everythingStored(page);
  const records = databases.flatMap(({ stores }) => Object.values(stores).flat());
  if (records.length !== 1) throw new Error(`${records.length} signings are kept`);
  const [record] = records;
  return { record, journey: JSON.parse(Buffer.from(record.state).toString("utf8")).state };
}
