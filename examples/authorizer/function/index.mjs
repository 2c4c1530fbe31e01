// GET /summary: whose request it is, and how many documents the organization has.

// Tenantry's authorizer has let the request pass, and says for whom. All values are strings.
export async function handler(event) {
  const caller = event.requestContext.authorizer;
  const counted = await countDocuments(caller.organization_id, event.headers);
  if (counted.status !== 200) return answer(counted.status, await counted.json());
  const { count } = await counted.json();
  return answer(200, { organization: caller.organization_slug, role: caller.role ?? "api key", documents: count });
}

// The caller's own token goes along, so Tenantry checks again what it may, wherever the documents are by now.
function countDocuments(organization, headers) {
  const name = Object.keys(headers).find((each) => each.toLowerCase() === "authorization");
  const url = `${process.env.TENANTRY_URL}/organizations/${organization}/count`;
  return fetch(url, { headers: { Authorization: headers[name] }, signal: AbortSignal.timeout(10_000) });
}

function answer(statusCode, body) {
  return { statusCode, headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) };
}
