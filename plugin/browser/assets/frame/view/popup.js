// Panels that a button opens above itself: the emoji, the menu, the ways to attach.

// popup ties a panel to its button: open, close and toggle it; Escape and a press outside close it, arrow keys go through
// the items of a menu. The focus goes into the panel and back to the button.
export function popup(button, panel, kind) {
  button.setAttribute('aria-haspopup', kind);
  button.setAttribute('aria-expanded', 'false');
  panel.addEventListener('keydown', (e) => {
    if (e.key === 'Escape') {
      e.preventDefault();
      e.stopPropagation();
      close();
      button.focus();
    } else if (kind === 'menu') {
      walk(e);
    }
  });
  panel.addEventListener('focusout', (e) => {
    if (e.relatedTarget && e.relatedTarget !== button && !panel.contains(e.relatedTarget)) close();
  });

  function outside(e) {
    if (!panel.contains(e.target) && !button.contains(e.target)) close();
  }
  function open() {
    panel.hidden = false;
    button.setAttribute('aria-expanded', 'true');
    document.addEventListener('pointerdown', outside, true);
    const first = panel.querySelector('[tabindex="0"], [role="menuitem"], button, a');
    if (first) first.focus({ preventScroll: true });
  }
  function close() {
    panel.hidden = true;
    button.setAttribute('aria-expanded', 'false');
    document.removeEventListener('pointerdown', outside, true);
  }
  function walk(e) {
    const items = [...panel.querySelectorAll('[role="menuitem"]')];
    const at = items.indexOf(document.activeElement);
    const to = { ArrowDown: at + 1, ArrowUp: at - 1 + items.length, Home: 0, End: items.length - 1 }[e.key];
    if (to === undefined || items.length === 0) return;
    e.preventDefault();
    items[to % items.length].focus();
  }
  return { open, close, toggle: () => (panel.hidden ? open() : close()) };
}
