// The visitors' calls of the platform, one function each. None of them throws: an answer has a status, 0 where nobody
// knows what became of the call (no line, no answer in time, an answer that is none of ours).
import { TIMES } from './times.js';

// The statuses after which a call may have been kept, or would be taken at another moment.
const UNCLEAR = new Set([0, 408, 425, 500, 502, 503, 504]);

// unclear says that a call is to be made again, with the same key.
export const unclear = (answer) => UNCLEAR.has(answer.status);

// createPlatform makes the calls for one page of the platform, in one locale. base is where it is: nothing for the origin
// this document came from.
export function createPlatform({ page, locale = '', base = '', times = TIMES, fetch = globalThis.fetch.bind(globalThis) }) {
  let token = null;

  const headers = (more = {}) => (token ? { Authorization: `Bearer ${token}`, ...more } : more);

  // call sends JSON and reads JSON. signal cuts it off.
  async function call(method, path, body, { signal, keepalive } = {}) {
    const as = token;
    const patience = new AbortController();
    const timer = setTimeout(() => patience.abort(), times.call);
    const cut = () => patience.abort();
    signal?.addEventListener('abort', cut);
    if (signal?.aborted) cut();
    try {
      const response = await fetch(base + path, {
        method,
        headers: headers(body === undefined ? {} : { 'Content-Type': 'application/json' }),
        body: body === undefined ? undefined : JSON.stringify(body),
        cache: 'no-store',
        credentials: 'omit',
        signal: patience.signal,
        keepalive: keepalive === true, // it is made also when the visitor leaves the page at this moment
      });
      const answer = await read(response);
      return as === token ? answer : nothing(); // it was another conversation's
    } catch {
      return nothing();
    } finally {
      clearTimeout(timer);
      signal?.removeEventListener('abort', cut);
    }
  }

  // upload sends a file, and tells what part of it has gone.
  function upload(file, key, { signal, progress = () => {} } = {}) {
    return new Promise((resolve) => {
      const as = token;
      const form = new FormData();
      form.append('key', key);
      form.append('filedata', file, file.name || 'file');
      const request = new XMLHttpRequest();
      let timer;
      const wait = () => {
        clearTimeout(timer);
        timer = setTimeout(() => request.abort(), times.stuck);
      };
      const done = (answer) => {
        clearTimeout(timer);
        signal?.removeEventListener('abort', cut);
        resolve(as === token ? answer : nothing());
      };
      const cut = () => request.abort();
      request.open('POST', `${base}/plugin/messages`);
      for (const [name, value] of Object.entries(headers())) request.setRequestHeader(name, value);
      request.upload.addEventListener('progress', (e) => {
        wait();
        if (e.lengthComputable && e.total > 0) progress(e.loaded / e.total);
      });
      request.addEventListener('load', () => done(
        answered(request.status, request.responseText, request.getResponseHeader('Retry-After')),
      ));
      for (const end of ['error', 'abort', 'timeout']) request.addEventListener(end, () => done(nothing()));
      signal?.addEventListener('abort', cut);
      wait();
      request.send(form);
      if (signal?.aborted) cut();
    });
  }

  // events opens the line: {status: 200, body} with a stream of bytes, or an answer as of call. signal hangs up.
  async function events(after, signal) {
    const patience = new AbortController();
    const timer = setTimeout(() => patience.abort(), times.call);
    const cut = () => patience.abort();
    signal.addEventListener('abort', cut);
    try {
      const response = await fetch(`${base}/plugin/events?after=${after}`, {
        headers: headers({ Accept: 'text/event-stream', ...(after ? { 'Last-Event-ID': String(after) } : {}) }),
        cache: 'no-store',
        credentials: 'omit',
        signal: patience.signal,
      });
      const kind = response.headers.get('Content-Type') ?? '';
      if (response.status !== 200) return await read(response);
      return kind.startsWith('text/event-stream') && response.body ? { status: 200, body: response.body } : nothing();
    } catch {
      return nothing();
    } finally {
      clearTimeout(timer);
    }
  }

  return {
    page,
    locale,
    // use sets the visitor's token; null for nobody's.
    use: (given) => { token = given || null; },
    get token() { return token; },
    profile: () => call('GET', `/plugin/profile?${new URLSearchParams({ page_id: page, locale })}`),
    visit: (body, options) => call('POST', '/plugin/visitors', { page_id: page, ...body }, options),
    messages: (query) => call('GET', `/plugin/messages?${new URLSearchParams(query)}`),
    say: (path, body, options) => call('POST', path, body, { keepalive: true, ...options }),
    upload,
    events,
    seen: (mid) => call('POST', '/plugin/seen', { mid }, { keepalive: true }),
    arrived: (after) => call('POST', '/plugin/arrived', { after }),
    typing: () => call('POST', '/plugin/typing', {}),
    walk: (body) => call('POST', '/plugin/page', body),
  };
}

async function read(response) {
  return answered(response.status, await response.text(), response.headers.get('Retry-After'));
}

// answered is an answer of ours: {status, body, error: {field, message}, retryAfter in ms}. What is no JSON object was
// written by something on the way, a proxy or the page of a hotel's network: it says nothing about the call.
function answered(status, text, retryAfter) {
  let body = null;
  try {
    body = JSON.parse(text);
  } catch {
    // as below
  }
  const ours = body !== null && typeof body === 'object' && !Array.isArray(body);
  const seconds = Number.parseInt(retryAfter ?? '', 10);
  const wait = seconds > 0 ? seconds * 1000 : 0;
  if (status >= 200 && status < 300) return ours ? { status, body } : nothing();
  const error = ours && typeof body.error === 'object' && body.error !== null ? body.error : {};
  if (!ours && status !== 429) return { ...nothing(), retryAfter: wait, seen: status };
  return { status, body, error: { field: String(error.field ?? ''), message: String(error.message ?? '') }, retryAfter: wait };
}

function nothing() {
  return { status: 0, body: null, error: { field: '', message: '' }, retryAfter: 0 };
}
