// How long things may take, in ms. Tests shorten them.
export const TIMES = {
  call: 20_000, // an answer; after that nobody knows what became of the call
  stuck: 60_000, // an upload that gets no further
  again: [1_000, 30_000], // before the next try: from, doubled each time, up to
  blip: 1_500, // a line that is back so soon was never gone
  silent: 60_000, // a line on which nothing comes is dead: the server says something every 25 s
  doubtful: 30_000, // one on which nothing came for so long is not trusted when the visitor comes back to the page
  look: 5_000, // how often a line is looked at
  hidden: 20_000, // for how long a tab nobody sees keeps its line
  poll: 30_000, // how often such a tab asks instead
  arrived: 1_000, // before it is said that messages have come by the line
  seen: 300, // before it is said that they were seen
  typing: 4_000, // between two words that the visitor is typing; the server forgets after 8 s
  walk: 5_000, // between two words of where on the website the visitor is
  returned: 1_800_000, // silence after which an opened window is a return
  adopt: 15_000, // before what another tab wanted to send is sent by this one
};

// backOff is a time before the n-th next try, counted from 0: never quite the same, so that a thousand visitors whose line
// broke at one moment do not come back at one moment.
export function backOff(n, [from, upTo], random = Math.random) {
  const full = Math.min(from * 2 ** Math.min(n, 20), upTo);
  return full / 2 + (full / 2) * random();
}
