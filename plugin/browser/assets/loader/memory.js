// What a visitor's browser remembers, in the website's own storage: the frame has none that lasts. Nothing is written
// before the visitor does something. Where there is no storage, the page remembers as long as it is there.

const kinds = ['token', 'outbox', 'sound', 'seen', 'who']; // the frame's; open is ours
let memoryKey = '';
let kept = bare();

// bare is a copy that inherits nothing: a website's script may have put our names on Object.prototype.
function bare(values) {
  return { __proto__: null, ...values };
}

// recall begins to remember for a page. tell is told when another tab has changed something.
function recall(page, tell) {
  memoryKey = 'frontdesk:' + page;
  kept = bare(readStorage());
  addEventListener('storage', (event) => {
    if (event.key !== memoryKey && event.key !== null) return;
    const before = JSON.stringify(forFrame());
    kept = bare({ ...readStorage(), open: kept.open });
    if (JSON.stringify(forFrame()) !== before) tell();
  });
}

function readStorage() {
  try {
    const value = JSON.parse(localStorage.getItem(memoryKey));
    return isObject(value) && !Array.isArray(value) ? bare(value) : null;
  } catch (_) {
    return null; // it is refused, or holds what is not ours
  }
}

// remember keeps changes; null forgets. Another tab may have written since: only what changes is ours to write. Each tab
// knows of itself whether it is open; the next page does as the visitor did last, in whatever tab.
function remember(values) {
  const changes = bare(values);
  const open = 'open' in changes ? changes.open : kept.open;
  const stored = readStorage();
  kept = bare({ ...kept, ...stored, ...changes, open });
  for (const name of Object.keys(kept)) if (kept[name] === null || kept[name] === undefined) delete kept[name];
  const next = 'open' in changes || !stored ? open : stored.open;
  try {
    localStorage.setItem(memoryKey, JSON.stringify({ ...kept, open: next }));
  } catch (_) {
    // refused or full: this page remembers, the next one will not
  }
}

function forFrame() {
  return onlyFrames(kept);
}

function onlyFrames(values) {
  const changes = bare(values);
  const out = bare();
  for (const name of kinds) if (name in changes) out[name] = changes[name];
  return out;
}
