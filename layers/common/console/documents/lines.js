/** Lines of a stream of octets, each with its number, however the stream is cut into chunks. */

const LINE_FEED = 10;
const BYTE_ORDER_MARK = "\ufeff";

/**
 * A line that is not empty: its text, or why it has none.
 * @typedef {{number: number, text: string, octets: number} | {number: number, problem: string, octets: number}} Line
 */

/**
 * Read the lines of NDJSON.
 * @param {ReadableStream<Uint8Array>} stream In UTF-8. Cancelled if the loop over the lines ends early.
 * @param {number} limit Octets; of a longer line nothing is kept but its number.
 * @returns {AsyncGenerator<Line>}
 */
export async function* linesOf(stream, limit) {
  const splitter = new Splitter(limit);
  for await (const chunk of chunksOf(stream)) yield* splitter.lines(chunk);
  yield* splitter.last();
}

async function* chunksOf(stream) {
  const reader = stream.getReader();
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      yield value;
    }
  } finally {
    reader.cancel().catch(() => {});
  }
}

class Splitter {
  constructor(limit) {
    this.limit = limit;
    this.number = 0;
    this.parts = [];
    this.octets = 0;
    this.decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
  }

  *lines(chunk) {
    let start = 0;
    for (let end; (end = chunk.indexOf(LINE_FEED, start)) >= 0; start = end + 1) {
      this.keep(chunk.subarray(start, end));
      yield* this.last();
    }
    this.keep(chunk.subarray(start));
  }

  keep(octets) {
    this.octets += octets.length;
    if (this.octets > this.limit) this.parts = [];
    else if (octets.length) this.parts.push(octets);
  }

  *last() {
    const { parts, octets } = this;
    this.parts = [];
    this.octets = 0;
    this.number += 1;
    const line = { number: this.number, octets };
    if (octets > this.limit) yield { ...line, problem: `It must not be longer than ${this.limit} bytes.` };
    else if (octets) yield* this.decoded(line, parts);
  }

  *decoded(line, parts) {
    let text;
    try {
      text = this.decoder.decode(joined(parts, line.octets));
    } catch {
      yield { ...line, problem: "It is not text in UTF-8." };
      return;
    }
    if (line.number === 1 && text.startsWith(BYTE_ORDER_MARK)) text = text.slice(1);
    if (text.trim()) yield { ...line, text };
  }
}

function joined(parts, length) {
  if (parts.length === 1) return parts[0];
  const whole = new Uint8Array(length);
  let position = 0;
  for (const part of parts) {
    whole.set(part, position);
    position += part.length;
  }
  return whole;
}
