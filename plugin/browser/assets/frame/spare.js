// A second place for what is not yet sent: the frame's own storage, for as long as the tab is there. It is written at once,
// where the way to the website's storage is a message that a reload can overtake.

// createSpare keeps the outbox of a page of the platform. Where there is no storage, it keeps nothing.
export function createSpare(page, storage = own) {
  const key = `frontdesk:${page}`;
  return {
    // keep writes down what is to be sent, and to whose conversation; nothing is left where nothing is to be sent.
    keep({ token, outbox }) {
      try {
        if (outbox?.length > 0) storage().setItem(key, JSON.stringify({ of: mark(token), outbox }));
        else storage().removeItem(key);
      } catch {
        // it is refused or full: the website's storage is left
      }
    },
    // read hands back what was to be sent, as far as it is a list. What was meant for another conversation is marked as old,
    // and begins none.
    read({ token }) {
      try {
        const { of, outbox } = JSON.parse(storage().getItem(key)) ?? {};
        if (!Array.isArray(outbox)) return [];
        if (of === mark(token)) return token ? outbox.filter((e) => e?.kind !== 'begin') : outbox;
        return outbox.filter((e) => e?.kind !== 'begin').map((e) => ({ ...e, old: true }));
      } catch {
        return []; // it is refused, or holds what is not ours
      }
    },
  };
}

const own = () => window.sessionStorage;

// mark tells one conversation from another without being the token.
function mark(token) {
  let sum = 0x811c9dc5;
  for (const letter of token ?? '') sum = Math.imul(sum ^ letter.charCodeAt(0), 0x01000193) >>> 0;
  return token ? sum.toString(36) : '';
}
