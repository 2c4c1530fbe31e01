/** Where a link of `tenantry console` leads: its token is exchanged for that of this page, once. */
import { request } from "../../api.js";
import { html, useEffect, useRef, useState } from "../../html.js";
import { navigate } from "../../router.js";
import { session } from "../../session.js";
import * as tokens from "../../tokens.js";
import { Page } from "../../components/page.js";
import { Failed, Loading } from "../../components/states.js";

const NO_TOKEN = Object.assign(new Error(), {
  title: "This page has no token",
  detail: "A page that is loaded anew forgets it. Press Enter in the terminal of `tenantry console` for another link.",
});

export default function StartView({ route }) {
  const isStarting = useRef(false);
  const [problem, setProblem] = useState(null);
  const { token } = route.query;
  useEffect(() => {
    if (!token) {
      setProblem((before) => before ?? (isStarting.current ? null : NO_TOKEN));
      return;
    }
    isStarting.current = true;
    setProblem(null);
    navigate("/start", {}, { replace: true }); // no history keeps the token
    request("POST", "start", { body: { token }, anonymous: true }).then(({ data }) => {
      startOperator(data);
      navigate("/", {}, { replace: true });
    }, setProblem);
  }, [token]); // another link may be followed in the same tab
  return html`<${Page} title="Console of the operator">
    ${problem ? html`<${Failed} problem=${problem} />` : html`<${Loading} />`}
  <//>`;
}

/** Log the operator of the service in, with the token of `tenantry console`, which lasts as long as that does. */
function startOperator(answer) {
  tokens.take({ ...answer, expires_in: Infinity, organization: null });
  session.set({ ...session.get(), state: "in", operator: true, reason: null });
}
