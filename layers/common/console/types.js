/** Types of what modules hand to each other. They stand in comments alone, so no page loads this file. */

/**
 * @typedef {object} Session
 * @property {"starting" | "failed" | "out" | "in"} state
 * @property {boolean} operator Whether the operator of the service is logged in; then there is no account.
 * @property {{id: string, email: string, verified: boolean, created_at: string} | null} account
 * @property {{id: string, name: string, slug: string} | null} organization Null while the account has none.
 * @property {string} base Path of the organization in the API, by its id, which no rename changes.
 * @property {"viewer" | "editor" | "admin" | "owner" | null} role
 * @property {{id: string, name: string, slug: string, role: string, state: string, suspended: boolean}[]} organizations
 * @property {Error | null} problem Why it is not known who is logged in.
 * @property {"ended" | "suspended" | "password" | "address" | "deleted" | "erased" | "account" | null} reason Why it is out, if the person did not log out.
 */

/**
 * @typedef {object} View
 * @property {string} path Its route begins with this.
 * @property {string} title In the navigation.
 * @property {string} [icon] Name of its icon, or what to draw.
 * @property {"organization" | "account" | "operator" | null} group Part of the navigation; null: it is in none.
 * @property {() => Promise<{default: Function}>} load The module of its component, which gets `session` and `route`,
 *   beside its stylesheets.
 * @property {"viewer" | "editor" | "admin" | "owner" | null} least Role that it takes; null: no organization is needed.
 * @property {boolean} operator Whether it is for the operator of the service.
 * @property {boolean} [open] Whether it is for those who are not logged in, too.
 */

/**
 * What the page holds.
 *
 * @typedef {{accessToken: string, endsAt: number, organization: {id: string} | null, account: string | null}} Grant
 */

/**
 * Where the page is, as behind `#` in its address.
 *
 * @typedef {{path: string, parts: string[], query: Record<string, string>}} Route
 */

/**
 * @template Value
 * @typedef {{get: () => Value, set: (value: Value) => void, subscribe: (listener: (value: Value) => void) => () => void}} Store
 */

export {};
