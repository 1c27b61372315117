// Texts of others: shown as they are, with their addresses made links and nothing else.

import { make, spoken } from './make.js';

const address = /https?:\/\/[^\s<>"'`\u200b-\u200f\u2028-\u202e\u2060-\u206f]+/gi;
const maxLinks = 50;

// safeLink is where a link may lead: an http or https address, a telephone number; null for anything else.
export function safeLink(url) {
  try {
    const to = new URL(String(url), location.href);
    return /^(https?|tel):$/.test(to.protocol) ? to.href : null;
  } catch {
    return null;
  }
}

// safeSource is where a picture or a file may come from: as safeLink, and what this page itself holds.
export function safeSource(url) {
  try {
    const from = new URL(String(url), location.href);
    if (from.protocol === 'blob:') return from.origin === location.origin ? from.href : null;
    return /^https?:$/.test(from.protocol) ? from.href : null;
  } catch {
    return null;
  }
}

// link is an anchor that opens a tab of its own and tells the other side nothing.
export function link(href, words, props, ...children) {
  return make('a', { href, target: '_blank', rel: 'noopener noreferrer nofollow', ...props }, ...children, spoken(' ' + words.opensTab));
}

// linked appends a text to a node, with its http and https addresses as links.
export function linked(node, text, words) {
  let done = 0;
  let links = 0;
  for (const found of text.matchAll(address)) {
    const shown = trimmed(found[0]);
    const href = safeLink(shown);
    if (!href || ++links > maxLinks) continue;
    node.append(text.slice(done, found.index), link(href, words, { dir: 'ltr', class: 'address' }, shown));
    done = found.index + shown.length;
  }
  node.append(text.slice(done));
  return node;
}

// trimmed is an address without the punctuation of the sentence it stands in.
function trimmed(url) {
  for (;;) {
    const last = url[url.length - 1];
    const opening = { ')': '(', ']': '[', '}': '{' }[last];
    if (opening ? url.includes(opening) : !/[.,;:!?*_~|…。，、！？；：»”’]/.test(last)) return url;
    url = url.slice(0, -1);
  }
}

const emojiOnly = /^(?:\p{Extended_Pictographic}|\p{Emoji_Modifier}|\p{Regional_Indicator}|[#*0-9]\ufe0f?\u20e3|[\u200d\ufe0f\s]|[\u{e0020}-\u{e007f}])+$/u;
const largest = 6;

// isEmoji reports whether a text is a few emoji and nothing else: those are drawn large.
export function isEmoji(text) {
  if (text.length > 80 || !emojiOnly.test(text) || !/\p{Extended_Pictographic}|\p{Regional_Indicator}|\u20e3/u.test(text)) return false;
  const bare = text.replace(/\s+/g, '');
  return typeof Intl.Segmenter !== 'function' || [...new Intl.Segmenter().segment(bare)].length <= largest;
}
