// Times and sizes in the visitor's language.

// clock makes the formats of a language: what the other parts write beside messages.
export function clock(lang, now = () => Date.now()) {
  const time = new Intl.DateTimeFormat(lang, { hour: 'numeric', minute: '2-digit' });
  const weekday = new Intl.DateTimeFormat(lang, { weekday: 'long' });
  const date = new Intl.DateTimeFormat(lang, { day: 'numeric', month: 'long' });
  const year = new Intl.DateTimeFormat(lang, { day: 'numeric', month: 'long', year: 'numeric' });
  const full = new Intl.DateTimeFormat(lang, { dateStyle: 'long', timeStyle: 'short' });
  const near = new Intl.RelativeTimeFormat(lang, { numeric: 'auto' });
  const number = new Intl.NumberFormat(lang);
  const units = ['byte', 'kilobyte', 'megabyte'].map((unit) => new Intl.NumberFormat(lang, { style: 'unit', unit, unitDisplay: unit === 'byte' ? 'long' : 'short', maximumFractionDigits: unit === 'megabyte' ? 1 : 0 }));
  return {
    time: (at) => time.format(at),
    full: (at) => full.format(at),
    number: (n) => number.format(n),
    // dayKey is the same for all times of a day.
    dayKey: (at) => new Date(at).toDateString(),
    // day names a day as one would from today: "today", "Tuesday", "3 May".
    day(at) {
      const days = Math.round((midnight(now()) - midnight(at)) / 864e5);
      if (days === 0 || days === 1) return raised(near.format(-days, 'day'), lang);
      if (days > 1 && days < 7) return raised(weekday.format(at), lang);
      return (new Date(at).getFullYear() === new Date(now()).getFullYear() ? date : year).format(at);
    },
    size(bytes) {
      if (bytes < 1000) return units[0].format(bytes);
      return bytes < 1e6 ? units[1].format(bytes / 1024) : units[2].format(bytes / 1048576);
    },
  };
}

function midnight(at) {
  return new Date(at).setHours(0, 0, 0, 0);
}

function raised(text, lang) {
  return text.charAt(0).toLocaleUpperCase(lang) + text.slice(1);
}
