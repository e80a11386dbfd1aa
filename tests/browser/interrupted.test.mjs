// What people do to a page in the middle of something. At every step it goes on where it was, and one signature is counted.

import assert from "node:assert/strict";
import { after, test } from "node:test";

import { launch } from "./harness/browser.mjs";
import { PETITIONS, startDemo } from "./harness/demo.mjs";
import { open, seePanel } from "./harness/signing.mjs";
import { STEPS, finish } from "./harness/steps.mjs";
import { NOTHING, everythingStored } from "./harness/stored.mjs";

const [demo, browser] = await Promise.all([startDemo(), launch()]);
after(() => Promise.all([demo.stop(), browser.close()]));

const [SLUG] = PETITIONS;

const INTERRUPTIONS = {
  async "the page is loaded again"(page) {
    await page.reload();
    return page;
  },
  async "another page is opened, and then back"(page) {
    await page.goto(`${demo.url}/en/`);
    await page.goBack();
    return page;
  },
  async "the tab is closed and the page opened again"(page) {
    const context = page.context();
    await page.close();
    return open(context, demo.page(SLUG));
  },
};

for (const [step, reach] of Object.entries(STEPS)) {
  for (const [what, interrupt] of Object.entries(INTERRUPTIONS)) {
    test(`${step}: ${what}`, async () => {
      const before = await demo.tally(SLUG);
      const context = await browser.profile();
      const reached = await reach(context, demo, SLUG);
      const page = await interrupt(reached.page);
      if (step === "done") {
        await seePanel(page, "begin", "done");
      } else {
        await reached.mend();
        await finish(page, demo, reached);
      }
      const tally = await demo.tally(SLUG);
      assert.deepEqual([tally.total, tally.issued], [before.total + 1, before.issued + 1]);
      assert.deepEqual(await everythingStored(page), NOTHING);
      await context.close();
    });
  }
}
