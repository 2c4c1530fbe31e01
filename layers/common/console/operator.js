/** Whether `tenantry console` has served the page. Then there is no account, and a link of the terminal logs in. */
export const isOperators = document.querySelector('meta[name="tenantry-console"]') !== null;
