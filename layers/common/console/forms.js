/** What forms share: the values of their fields, and a key under which a repeated request does nothing twice. */
import { useRef, useState } from "./html.js";
import { errorOf } from "./texts.js";

/**
 * Hold the values of a form.
 *
 * @param {Record<string, any>} initial By field.
 * @returns {{values: Record<string, any>, change: (name: string, value: any) => void,
 *   bind: (name: string, problem?: Error | null) => object, reset: (values: Record<string, any>) => void}} `bind` gives
 *   the properties of the component that shows a field.
 */
export function useForm(initial) {
  const [values, setValues] = useState(initial);
  const change = (name, value) => setValues((before) => ({ ...before, [name]: value }));
  const bind = (name, problem) => ({
    name,
    value: values[name],
    onInput: (value) => change(name, value),
    error: errorOf(problem, name),
  });
  return { values, change, bind, reset: setValues };
}

/**
 * Return what gives the `Idempotency-Key` of a body: the same as long as the body is.
 *
 * @returns {(body: object) => string}
 */
export function useIdempotencyKey() {
  const last = useRef({ body: "", key: "" });
  return (body) => {
    const text = JSON.stringify(body);
    if (text !== last.current.body) {
      last.current = { body: text, key: crypto.randomUUID() };
    }
    return last.current.key;
  };
}
