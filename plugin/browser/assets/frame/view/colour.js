// Colours that can be read, whatever colour a page has chosen.

// contrast is the ratio of two colours, each [red, green, blue], as WCAG 2.2 counts it: from 1 to 21.
export function contrast(a, b) {
  const [light, dark] = [luminance(a), luminance(b)].sort((x, y) => y - x);
  return (light + 0.05) / (dark + 0.05);
}

function luminance(rgb) {
  const [r, g, b] = rgb.map((c) => {
    c /= 255;
    return c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

// parse reads "#1D6FB8"; null if it is no such thing.
export function parse(hex) {
  const found = /^#?([0-9a-f]{2})([0-9a-f]{2})([0-9a-f]{2})$/i.exec(String(hex || '').trim());
  return found && found.slice(1).map((part) => parseInt(part, 16));
}

const white = [255, 255, 255];
const black = [0, 0, 0];
const ink = [16, 18, 22];
const fallback = [0, 132, 255];

// What accents stand on: the lightest and the darkest surface of frame.css that carries one.
const lightGround = [228, 231, 236];
const darkGround = [50, 56, 66];

// palette makes of a page's colour what the frame needs: the colour itself, what is written on it, a second colour for
// a gradient on which that stays readable, and the colour as ink on light and on dark grounds. A colour on which white is
// nearly readable is made that much darker, as such colours are meant for white; on all others stands what reads best.
export function palette(hex) {
  let theme = parse(hex) || fallback;
  const pale = contrast(theme, white) < 3;
  if (!pale) theme = until(theme, black, white);
  const on = pale ? ink : white;
  return {
    theme: css(theme),
    on: css(on),
    far: css(mix(theme, pale ? white : black, 0.22)),
    light: css(until(theme, black, lightGround)),
    dark: css(until(theme, white, darkGround)),
  };
}

// until moves a colour towards another until it can be read on a ground.
function until(colour, to, ground) {
  for (let share = 0; share < 1; share += 0.02) {
    const moved = mix(colour, to, share);
    if (contrast(moved, ground) >= 4.5) return moved;
  }
  return to;
}

function mix(a, b, share) {
  return a.map((c, i) => Math.round(c + (b[i] - c) * share));
}

function css(rgb) {
  return '#' + rgb.map((c) => c.toString(16).padStart(2, '0')).join('');
}
