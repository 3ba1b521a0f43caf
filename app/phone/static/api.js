// Carries the caller's deeds to the server, one after the other, and names what goes wrong.

export class Fault extends Error {
  constructor(code, message, exchanges = []) {
    super(message);
    this.code = code;
    this.exchanges = exchanges;
  }
}

const KNOWN = new Set(["unknown_call", "all_lines_busy", "line_fault"]);

export async function post(path, body = {}) {
  let answer;
  try {
    answer = await fetch(path, {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify(body),
    });
  } catch (fault) {
    throw new Fault("unreachable", String(fault));
  }
  const news = await answer.json().catch(() => ({}));
  if (!answer.ok) {
    const code = KNOWN.has(news.error) ? news.error : "other";
    throw new Fault(code, news.message ?? `status ${answer.status}`, news.exchanges);
  }
  return news;
}

// A page that goes away can no longer wait for an answer, but the line should still learn of it.
export function postAndLeave(path) {
  fetch(path, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: "{}",
    keepalive: true,
  }).catch(() => undefined);
}
