import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import test from "node:test";

const console = new URL("../../../layers/common/console/", import.meta.url);

test("every address in the page is relative, so that the folder works below any path, or data of its own", async () => {
  const page = await readFile(new URL("index.html", console), "utf8");
  const addresses = [...page.matchAll(/(?:href|src)="([^"]*)"/g)].map(([, address]) => address);
  const [, importMap] = page.match(/<script type="importmap">(.*?)<\/script>/s);
  addresses.push(...Object.values(JSON.parse(importMap).imports));
  assert.ok(addresses.length > 3);
  for (const address of addresses) assert.doesNotMatch(address, /^(\/|(?!data:image\/svg)[a-z]+:)/, address);
});
