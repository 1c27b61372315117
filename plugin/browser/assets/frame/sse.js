// Reads server-sent events out of bytes, as they come: cut anywhere, also within a letter or a line's end.
// EventSource is not used because it cannot carry the visitor's token in a header.

// createParser gives a function to feed chunks of bytes to. take gets each event: {event, data, id}, id being the last one
// that was named so far. heard gets the time, in ms, after which the server wants us back, where it says so.
export function createParser(take, heard = () => {}) {
  const letters = new TextDecoder('utf-8'); // drops a byte order mark, and holds what is half a letter
  let rest = ''; // the line that has not ended yet
  let returned = false; // the last chunk ended with a CR: a LF that follows belongs to it
  let id = '';
  let event = '';
  let data = null;

  function line(text) {
    if (text === '') {
      const whole = data === null ? null : { event: event || 'message', data: data.join('\n'), id };
      event = '';
      data = null;
      if (whole) take(whole);
      return;
    }
    const colon = text.indexOf(':');
    if (colon === 0) return; // a comment
    const field = colon < 0 ? text : text.slice(0, colon);
    const value = colon < 0 ? '' : text.slice(text[colon + 1] === ' ' ? colon + 2 : colon + 1);
    if (field === 'data') (data ??= []).push(value);
    else if (field === 'event') event = value;
    else if (field === 'id' && !value.includes('\0')) id = value;
    else if (field === 'retry' && /^[0-9]+$/.test(value)) heard(Number(value));
  }

  return (chunk) => {
    let text = letters.decode(chunk, { stream: true });
    if (text === '') return;
    if (returned && text[0] === '\n') text = text.slice(1);
    returned = text !== '' && text[text.length - 1] === '\r';
    const lines = (rest + text).split(/\r\n|\r|\n/);
    rest = lines.pop();
    for (const one of lines) line(one);
  };
}
