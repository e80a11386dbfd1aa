// `kill -9` of the whole browser, and the same profile opened again; and what a profile's folder on the disk holds.

import assert from "node:assert/strict";
import { after, test } from "node:test";

import { DiskProfile } from "./harness/browser.mjs";
import { PETITIONS, startDemo } from "./harness/demo.mjs";
import { filesWith } from "./harness/disk.mjs";
import { open, seePanel, sign } from "./harness/signing.mjs";
import { STEPS, finish } from "./harness/steps.mjs";
import { NOTHING, everythingStored } from "./harness/stored.mjs";

const demo = await startDemo();
after(() => demo.stop());

const [SLUG] = PETITIONS;

for (const [step, reach] of Object.entries(STEPS)) {
  test(`${step}: the browser is killed and opened again`, async (t) => {
    const before = await demo.tally(SLUG);
    const profile = await DiskProfile.create();
    t.after(() => profile.remove());
    const reached = await reach(profile.context, demo, SLUG);
    await profile.kill();
    assert.deepEqual(await filesWith(profile.directory, reached.address), []);

    await profile.open();
    const page = await open(profile.context, demo.page(SLUG));
    if (step === "done") await seePanel(page, "begin");
    else await finish(page, demo, reached);
    const tally = await demo.tally(SLUG);
    assert.deepEqual([tally.total, tally.issued], [before.total + 1, before.issued + 1]);
    assert.deepEqual(await everythingStored(page), NOTHING);
    await profile.close();
    assert.deepEqual(await filesWith(profile.directory, reached.address), []);
  });
}

test("the search of the disk finds what a page has stored, in each kind of storage, and what is in the history", async (t) => {
  const profile = await DiskProfile.create();
  t.after(() => profile.remove());
  const page = await open(profile.context, `${demo.url}/en/?history-nettle`);
  await page.evaluate(async () => {
    localStorage.setItem("control", "local-nettle");
    const request = indexedDB.open("control", 1);
    await new Promise((resolve, reject) => {
      request.onupgradeneeded = () => request.result.createObjectStore("control").put("indexed-nettle", 1);
      request.onsuccess = resolve;
      request.onerror = reject;
    });
  });
  await profile.context.addCookies([{ name: "control", value: "cookie-nettle", url: demo.url, expires: 2_000_000_000 }]);
  await profile.close();
  assert.notDeepEqual(await filesWith(profile.directory, "history-nettle"), []);
  assert.notDeepEqual(await filesWith(profile.directory, "local-nettle"), []);
  assert.notDeepEqual(await filesWith(profile.directory, "indexed-nettle"), []);
});

test("a browser that was only used to read has nothing of ours on the disk", async (t) => {
  const profile = await DiskProfile.create();
  t.after(() => profile.remove());
  const page = await open(profile.context, demo.page(SLUG));
  await seePanel(page, "begin");
  assert.deepEqual(await everythingStored(page), NOTHING);
  await profile.close();
  assert.deepEqual((await filesWith(profile.directory, "signings")).filter((name) => name.includes("IndexedDB")), []);
});
