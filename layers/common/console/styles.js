/** Stylesheets of folder styles: each comes with what needs it, and style.css with the page. */

const stylesheets = new Map();

/**
 * Load a module beside its stylesheets, so that nothing is shown without them.
 *
 * They come in any order: no two of them say different things about the same element with the same specificity.
 *
 * @template Module
 * @param {string[]} names Of the stylesheets.
 * @param {() => Promise<Module>} load
 * @returns {Promise<Module>}
 */
export async function withStyles(names, load) {
  const [module] = await Promise.all([load(), ...names.map(stylesheet)]);
  return module;
}

function stylesheet(name) {
  if (!stylesheets.has(name)) {
    stylesheets.set(name, added(`styles/${name}.css`));
  }
  return stylesheets.get(name);
}

function added(href) {
  const link = Object.assign(document.createElement("link"), { rel: "stylesheet", href });
  return new Promise((resolve, reject) => {
    link.onload = resolve;
    link.onerror = () => reject(new Error(`${href} could not be loaded`));
    document.head.append(link);
  });
}
