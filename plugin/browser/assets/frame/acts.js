// What a visitor can say: each act as an entry of the outbox.
import { newKey } from './outbox.js';
import { oversized } from './sizes.js';

const MAX_TEXT = 2000; // UTF-16 units, as the platform counts

// createActs makes the acts. put takes what is said: an entry without its key. It answers false where nothing is taken.
export function createActs({ state, platform, thread, outbox, words, put, set, changed }) {
  const begins = () => outbox.entries.some((e) => e.kind === 'begin');

  // begin begins a conversation: with one of the page's questions, or none.
  function begin(question) {
    if (platform.token !== null || begins()) return;
    const title = state.page.iceBreakers[question];
    const asks = title === undefined ? {} : { ice_breaker: { index: question, title, locale: platform.locale } };
    set({ notice: '' });
    const key = newKey();
    outbox.add({ key, kind: 'begin', path: '/plugin/visitors', body: { ...asks, key }, text: title ?? '' });
  }

  function tapped(mid, on, text, body) {
    if (put({ kind: 'tap', path: '/plugin/messages', body, text, on })) thread.choose(mid, on);
    changed();
  }

  function picked(path, index, title) {
    put({ kind: 'tap', path, body: { index, title, locale: platform.locale }, text: title });
  }

  function sendFile(file) {
    const wrong = oversized(file, words);
    const { name, type, size } = file;
    const kind = ['image', 'video', 'audio'].find((one) => type.startsWith(`${one}/`)) ?? 'file';
    put({
      kind: 'file',
      text: '',
      blob: file,
      file: { kind, name, type, size, url: URL.createObjectURL(file) },
      ...(wrong ? { state: 'failed', error: wrong, retryable: false } : {}),
    });
  }

  return {
    begin,
    begins,
    // say sends a text; false if it is empty, too long or cannot be taken.
    say(text) {
      const clean = text.trim();
      if (clean === '' || clean.length > MAX_TEXT) return false;
      return put({ kind: 'say', path: '/plugin/messages', body: { text: clean }, text: clean });
    },
    sendFiles(files) { for (const file of files) sendFile(file); },
    // tap taps a quick reply; value is what the visitor has filled in where it asks for something.
    tap(mid, index, value) {
      const reply = thread.line(mid)?.quick_replies?.[index];
      if (!reply) return;
      const body = { quick_reply: { mid, index, ...(value ? { value } : {}) } };
      tapped(mid, { mid, card: null, index }, value || reply.title || '', body);
    },
    // press presses a button of a message, or of one of its cards. Those that only lead somewhere tell the page nothing.
    press(mid, card, index) {
      const line = thread.line(mid);
      const button = (card === null ? line?.buttons : line?.cards?.[card]?.buttons)?.[index];
      if (button?.type !== 'postback') return;
      const body = { button: { mid, index, ...(card === null ? {} : { card }) } };
      tapped(mid, { mid, card, index }, button.title, body);
    },
    menu(index) {
      const item = state.page.menu[index];
      if (item?.type === 'postback') picked('/plugin/menu', index, item.title);
    },
    iceBreaker(index) {
      const title = state.page.iceBreakers[index];
      if (platform.token === null) begin(index);
      else if (title !== undefined) picked('/plugin/ice_breakers', index, title);
    },
    retry(key) {
      if (state.phase === 'over') begin();
      outbox.retry(key);
    },
    discard: (key) => outbox.discard(key),
  };
}
