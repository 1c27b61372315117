// The link to the loader on the website around this frame: one MessagePort. What the visitor's browser is to remember goes
// over it into the website's own storage, because a frame of another origin has none that lasts.

// connect greets the loader and waits for its word. init is what the loader said; send tells it something; on(take) takes
// what it says from then on.
export function connect(page, around = window) {
  return new Promise((resolve) => {
    if (around.parent === around) {
      resolve(alone(page));
      return;
    }
    const greeted = (event) => {
      const init = event.data?.frontdesk === 1 ? event.data.init : null;
      const port = event.ports?.[0];
      if (event.source !== around.parent || !init || typeof init !== 'object' || !port) return;
      around.removeEventListener('message', greeted); // once: nobody else becomes our loader later
      resolve(linked(init, port));
    };
    around.addEventListener('message', greeted);
    // Whoever is around us may know which page this is: only those that may embed the chat can be.
    around.parent.postMessage({ frontdesk: 1, hello: page }, '*');
  });
}

function linked(init, port) {
  let take = null;
  const early = []; // said before anybody listened
  port.onmessage = ({ data }) => {
    if (data === null || typeof data !== 'object') return;
    if (take) take(data);
    else early.push(data);
  };
  port.start();
  return {
    init,
    send: (message) => port.postMessage(message),
    on: (fn) => {
      take = fn;
      for (const message of early.splice(0)) fn(message);
    },
  };
}

// alone is the link of a frame that somebody has opened as a page of its own: it is open, and remembers nothing.
function alone(page) {
  return { init: { page_id: page, saved: {}, open: true, focus: true, phone: false }, send: () => {}, on: () => {} };
}
