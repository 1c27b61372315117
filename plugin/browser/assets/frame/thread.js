// What has been said: the platform's lines in their order, and behind them what still waits to be sent. A message that did
// not change is the same object as before, so that whoever draws them can tell.

// createThread keeps the lines of one conversation.
export function createThread() {
  let lines = []; // by seq
  let earlier = []; // of a conversation that is over: they stay to be read
  let round = 0;
  const bySeq = new Map();
  const chosen = new Map(); // mid → {card, index}: what was tapped here
  const drawn = new Map(); // key → {fields, message}: as handed out last

  function add(list) {
    const fresh = [];
    for (const line of list) {
      if (!Number.isFinite(line.seq) || bySeq.has(line.seq)) continue;
      bySeq.set(line.seq, line);
      lines.push(line);
      fresh.push(line);
    }
    if (fresh.length > 0) lines.sort((a, b) => a.seq - b.seq);
    return fresh;
  }

  // message is a line as it is drawn; once is what it was the last time, if nothing is different.
  function message(fields) {
    const known = drawn.get(fields.key);
    if (known && same(known, fields)) return known;
    drawn.set(fields.key, fields);
    return fields;
  }

  function ofLine(line, marks, answered) {
    const mine = line.from === 'visitor';
    const tapped = chosen.get(line.mid);
    return message({
      key: line.key || `${round || ''}:${line.seq}`,
      seq: line.seq,
      mid: line.mid,
      from: mine ? 'visitor' : 'page',
      at: line.at,
      text: line.text ?? '',
      quickReplies: line.quick_replies ?? NONE,
      buttons: line.buttons ?? NONE,
      cards: line.cards ?? NONE,
      square: line.square === true,
      files: line.files ?? NONE,
      replyTo: line.reply_to ?? '',
      reaction: line.reaction ?? '',
      note: line.note ?? '',
      state: mine ? stateAt(line.at, marks) : '',
      error: '',
      retryable: false,
      progress: 1,
      chosen: tapped ? tapped.index : null,
      chosenCard: tapped ? tapped.card : null,
      answered: answered(line),
    });
  }

  function ofEntry(entry) {
    return message({
      key: entry.key,
      seq: 0,
      mid: '',
      from: 'visitor',
      at: entry.at,
      text: entry.text ?? '',
      quickReplies: NONE,
      buttons: NONE,
      cards: NONE,
      square: false,
      files: entry.file ? (entry.shown ??= [entry.file]) : NONE,
      replyTo: '',
      reaction: '',
      note: '',
      state: entry.state,
      error: entry.error,
      retryable: entry.state === 'failed' && entry.retryable,
      progress: entry.progress ?? 0,
      chosen: null,
      chosenCard: null,
      answered: false,
    });
  }

  return {
    // add takes lines in, whatever their order, and hands back those that are new.
    add,
    // react takes in what the page put on messages: {mid, reaction}, none to take it back.
    react(list) {
      for (const { mid, reaction } of list ?? []) {
        const line = lines.find((l) => l.mid === mid);
        if (line) line.reaction = reaction ?? '';
      }
    },
    // choose notes what was tapped on a message; undefined takes it back.
    choose: (mid, what) => (what ? chosen.set(mid, what) : chosen.delete(mid)),
    // messages are the lines and the entries as they are to be drawn, marks up to when they were {seenAt, deliveredAt}.
    messages(entries, marks) {
      const lastMine = lines.findLast((l) => l.from === 'visitor')?.seq ?? 0;
      const said = new Set(lines.map((l) => l.key).filter(Boolean));
      return [
        ...earlier,
        ...lines.map((l) => ofLine(l, marks, (line) => line.seq < lastMine)),
        ...entries.filter((e) => (e.text || e.file) && !said.has(e.key)).map(ofEntry),
      ];
    },
    // end closes the conversation: its lines stay in front of those of the next.
    end(marks) {
      earlier = [...earlier, ...lines.map((l) => ofLine(l, marks, () => true))].map((m) => ({ ...m, key: `past-${round}-${m.key}`, past: true, answered: true }));
      round++;
      lines = [];
      bySeq.clear();
      chosen.clear();
      drawn.clear();
    },
    // clear forgets everything: somebody else's conversation is shown now.
    clear() {
      earlier = [];
      lines = [];
      for (const map of [bySeq, chosen, drawn]) map.clear();
    },
    line: (mid) => lines.find((l) => l.mid === mid),
    // unseen are the page's lines after a place.
    unseen: (after) => lines.filter((l) => l.from === 'page' && l.seq > after),
    get lines() { return lines; },
  };
}

function stateAt(at, { seenAt, deliveredAt }) {
  if (at <= seenAt) return 'seen';
  return at <= deliveredAt ? 'delivered' : 'sent';
}

const NONE = Object.freeze([]);

function same(a, b) {
  return Object.keys(b).every((name) => a[name] === b[name]);
}
