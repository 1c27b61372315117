// What the platform tells of a conversation: what was said before, and what is said from now on.
import { createLine } from './line.js';
import { TIMES } from './times.js';

const PART = 50; // messages asked for at once

// createNews keeps a conversation up to date.
//   said(lines, live)   takes lines; live says that they happen now
//   stood(state)        takes {typing, seen_at, read_at, reactions}
//   told(net)           as the line tells
//   refused(answer)     true says that it is over
export function createNews({ platform, said, stood, told, refused, world, now = Date.now, times = TIMES }) {
  let place = 0; // everything up to it has come
  let before = 0; // there is more before this place; 0: there is not
  let begun = false; // what was said before is there
  let leads = false;
  let wanted = false;
  let asking = null; // the poll of a tab that nobody sees
  let hiding = null;
  let telling = null;

  const line = createLine({
    now,
    times,
    online: world.online,
    told,
    refused,
    before: () => (begun ? { status: 200 } : history()),
    open: async (signal) => {
      const answer = await platform.events(place, signal);
      if (answer.status === 503 && begun) await catchUp(); // there is no line for us: at least what there is
      return answer;
    },
    take,
  });

  // history asks for the newest messages.
  async function history() {
    const answer = await platform.messages({ limit: PART });
    if (answer.status !== 200) return answer;
    const lines = list(answer);
    begun = true;
    place = lines.at(-1)?.seq ?? 0;
    before = answer.body.before ?? 0;
    said(lines, false);
    stood(answer.body);
    return answer;
  }

  // catchUp asks for what has come since.
  async function catchUp() {
    for (;;) {
      const answer = await platform.messages({ after: place });
      if (answer.status !== 200) return answer;
      const lines = list(answer);
      move(lines);
      said(lines, true);
      stood(answer.body);
      if (lines.length === 0) return answer;
    }
  }

  function take({ event, data }) {
    let body;
    try {
      body = JSON.parse(data);
    } catch {
      return; // nothing of ours
    }
    if (event === 'message') {
      move([body]);
      said([body], true);
      if (body.from === 'page') arrived();
    } else if (event === 'state') {
      stood(body);
    }
  }

  function move(lines) {
    for (const { seq } of lines) if (seq > place) place = seq;
  }

  // arrived tells, not for each message alone, that they have come. If that is lost, the next line says it.
  function arrived() {
    telling ??= setTimeout(() => {
      telling = null;
      platform.arrived(place);
    }, times.arrived);
  }

  // tend opens the line where it is of use. Browsers have six connections for all tabs of a website without HTTP/2, and
  // the platform eight lines for each visitor: a tab that nobody sees asks now and then, except one.
  function tend() {
    clearTimeout(hiding);
    hiding = null;
    if (!wanted) return;
    if (world.visible() || leads) listen();
    else if (line.running) hiding = setTimeout(ask, times.hidden);
    else ask();
  }

  function listen() {
    clearTimeout(asking);
    asking = null;
    line.start();
  }

  function ask() {
    line.stop();
    clearTimeout(asking);
    asking = setTimeout(ask, times.poll);
    (begun ? catchUp() : history()).then((answer) => {
      if (answer.status === 401 || answer.status === 403) refused(answer);
    });
  }

  world.lead(`frontdesk ${platform.page}`, () => {
    leads = true;
    tend();
  });
  world.on((what) => {
    if (what === 'away') line.stop(); // a page with an open line is not kept for the way back
    else tend();
    // What was open is of another network, or slept with the page: browsers do not always read on.
    if (what === 'online' || what === 'offline' || what === 'woke') line.again();
    else if (what === 'seen' || what === 'back') line.back();
  });

  return {
    start() {
      wanted = true;
      tend();
    },
    stop() {
      wanted = false;
      clearTimeout(asking);
      clearTimeout(hiding);
      clearTimeout(telling);
      telling = null;
      line.stop();
    },
    // forget begins with another conversation.
    forget() {
      begun = false;
      place = before = 0;
    },
    // older asks for a part of what was said before; false if nothing came.
    async older() {
      if (!before) return false;
      const answer = await platform.messages({ before, limit: PART });
      if (answer.status !== 200) return false;
      before = answer.body.before ?? 0;
      said(list(answer), false);
      return true;
    },
    again: () => line.again(),
    get more() { return before > 0; },
    get open() { return line.open; },
    get leads() { return leads; },
  };
}

// list are the lines of an answer, oldest first.
function list(answer) {
  const lines = Array.isArray(answer.body?.messages) ? answer.body.messages.slice() : [];
  return lines.sort((a, b) => a.seq - b.seq);
}
