import assert from "node:assert/strict";
import { test } from "node:test";

import { csv, wantedPage } from "../../../layers/common/console/views/audit/records.js";

const record = (action, more = {}) => ({
  id: "aud_1", at: "2026-01-31T12:00:00.000Z", action, result: "success", actor: { type: "key", id: "key_1" },
  request_id: null, source_address: "203.0.113.7", account_id: null, details: {}, ...more,
});

test("pages are read until there are enough wanted records, or none", async () => {
  const asked = [];
  const pages = [["login.failed"], ["key.created", "login.failed"], ["key.revoked"]];
  const read = async (cursor) => {
    asked.push(cursor);
    const number = Number(cursor ?? 0);
    return { records: pages[number].map((action) => record(action)), next_cursor: number < 2 ? String(number + 1) : null };
  };
  const { records, next_cursor } = await wantedPage(read, null, { kind: "key", text: "KEY_1" });
  assert.deepEqual(records.map(({ action }) => action), ["key.created", "key.revoked"]);
  assert.deepEqual([asked, next_cursor], [[null, "1", "2"], null]);
  const endless = async () => ({ records: [], next_cursor: "more" });
  assert.deepEqual(await wantedPage(endless, null, { kind: "key" }), { records: [], next_cursor: "more" });
});

test("a table for spreadsheets has no formula, and quotes what would break it", () => {
  const hostile = record("key.created", { source_address: "=1+1", details: { name: 'a,"b"\r\nc' } });
  const [heading, row, ...rest] = csv([hostile]).split("\r\n");
  assert.equal(heading.split(",")[0], "at");
  assert.ok(row.includes(",'=1+1,"));
  assert.ok(row.endsWith('"{""name"":""a,\\""b\\""\\r\\nc""}"'));
  assert.deepEqual(rest, [""]);
  assert.equal(csv([], { heading: false }), "");
  const columns = [{ key: "organization_ids", cell: ({ organization_ids: ids }) => ids.join(" ") }];
  const [, last] = csv([record("key.created", { organization_ids: ["org_1", "org_2"] })], { columns }).split("\r\n");
  assert.ok(last.endsWith("{},org_1 org_2"));
});
