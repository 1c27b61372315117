// What the frame knows of the world around it: whether anybody sees it, whether there is a network, and whether another tab
// of the same visitor is there. Tests put their own in its place.

// browserWorld is the browser's.
export function browserWorld(win = window) {
  return {
    visible: () => win.document.visibilityState === 'visible',
    online: () => win.navigator.onLine !== false,
    // on calls back when the visitor or the network comes ('back'), when only the view changed ('seen', 'hidden'), when
    // the network goes ('offline'), when the page is put away and may come back ('away'), and when the browser had put it to
    // sleep where it stood ('woke').
    on(fn) {
      win.addEventListener('online', () => fn('online'));
      win.addEventListener('offline', () => fn('offline'));
      win.addEventListener('pageshow', (e) => { if (e.persisted) fn('back'); });
      win.addEventListener('pagehide', () => fn('away'));
      win.document.addEventListener('resume', () => fn('woke'));
      win.document.addEventListener('visibilitychange', () => {
        fn(win.document.visibilityState === 'visible' ? 'seen' : 'hidden');
      });
    },
    // lead calls back once this tab is the one of a visitor's that keeps its line also when nobody sees it. Without the
    // means to agree on one, none does.
    lead(name, fn) {
      const granted = () => {
        fn();
        return new Promise(() => {}); // until the tab goes
      };
      try {
        win.navigator.locks?.request(name, granted).catch(() => {});
      } catch {
        // a browser that keeps no storage for frames has no locks for them either
      }
    },
  };
}
