// A website's page for the tests of the talk: what the loader and the view do, without anything to be seen. The address
// says what is different: ?open=0, ?customer=JSON, ?ref=…, ?lead=1 for the tab that keeps its line, ?call=MS.
import { createPlatform } from '/shop/frame/platform.js';
import { createTalk } from '/shop/frame/talk.js';
import { TIMES } from '/shop/frame/times.js';

const page = '100200300400500';
const key = `frontdesk:${page}`;
const asked = new URLSearchParams(location.search);
const stored = () => JSON.parse(localStorage.getItem(key) || '{}');
let take = () => {};

window.sent = []; // what the frame told the loader, but for what it stored
window.skew = 0; // added to the clock
window.hidden = false;
window.tones = 0;

const link = {
  init: {
    page_id: page,
    page_url: location.href,
    title: document.title,
    ref: asked.get('ref') ?? '',
    customer: asked.has('customer') ? JSON.parse(asked.get('customer')) : null,
    open: asked.get('open') !== '0',
    phone: false,
    saved: stored(),
  },
  on: (fn) => { take = fn; },
  send(message) {
    if (message.do !== 'save') {
      sent.push(message);
      return;
    }
    const all = { ...stored(), ...message.saved };
    for (const name of Object.keys(all)) if (all[name] === null) delete all[name];
    localStorage.setItem(key, JSON.stringify(all));
  },
};
addEventListener('storage', (e) => { if (e.key === key) take({ do: 'saved', saved: stored() }); });

const listeners = [];
window.told = (what) => listeners.forEach((fn) => fn(what));
const world = {
  visible: () => !window.hidden,
  online: () => navigator.onLine,
  on(fn) {
    listeners.push(fn);
    addEventListener('online', () => fn('online'));
    addEventListener('offline', () => fn('offline'));
  },
  lead: (name, fn) => { if (asked.get('lead') === '1') fn(); },
};

const times = { ...TIMES, call: Number(asked.get('call') ?? 3000), again: [20, 300], look: 30, hidden: 30, poll: 100, arrived: 20, seen: 10, typing: 0, walk: 300, adopt: 300 };
window.loader = (message) => take(message);
window.talk = createTalk({
  platform: createPlatform({ page, locale: asked.get('locale') ?? 'en_US', times }),
  link,
  words: { tooLarge: '{name} is too large', lostFile: 'choose it again', over: 'it is over' },
  now: () => Date.now() + skew,
  world,
  sound: { ready: () => {}, play: () => { window.tones++; } },
  times,
});
// What is on the screen. That the desk has taken a message in comes a moment after the platform has, or with it.
window.said = () => talk.state.messages.map((m) => `${m.from} ${m.text || m.files.map((f) => f.name).join()} ${m.state === 'delivered' ? 'sent' : m.state}`.trim());
document.title = 'ready';
