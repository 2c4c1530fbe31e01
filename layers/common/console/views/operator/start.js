/** Where a link of `tenantry console` leads: its token is exchanged for that of this page, once. */
import { request } from "../../api.js";
import { html, useEffect, useState } from "../../html.js";
import { navigate } from "../../router.js";
import { startOperator } from "../../session.js";
import { Page } from "../../components/page.js";
import { Failed, Loading } from "../../components/states.js";

const NO_TOKEN = Object.assign(new Error(), {
  title: "This page has no token",
  detail: "A page that is loaded anew forgets it. Press Enter in the terminal of `tenantry console` for another link.",
});

export default function StartView({ route }) {
  const [problem, setProblem] = useState(route.query.token ? null : NO_TOKEN);
  useEffect(() => {
    const { token } = route.query;
    if (!token) {
      return;
    }
    navigate("/start", {}, { replace: true }); // no history keeps the token
    request("POST", "start", { body: { token }, anonymous: true }).then(({ data }) => {
      startOperator(data);
      navigate("/", {}, { replace: true });
    }, setProblem);
  }, []);
  return html`<${Page} title="Console of the operator">
    ${problem ? html`<${Failed} problem=${problem} />` : html`<${Loading} />`}
  <//>`;
}
