// How large files may be, told before they are sent.
const MB = 1 << 20;
const PICTURES = 8 * MB;
const OTHERS = 25 * MB;

// oversized says why a file cannot be sent; nothing if it can. The platform looks at its content once more.
export function oversized(file, words) {
  const most = /^image\/(jpeg|png|gif|webp)$/.test(file.type) ? PICTURES : OTHERS;
  if (file.size === 0) return (words.emptyFile ?? '{name}').replace('{name}', () => file.name);
  return file.size > most ? (words.tooLarge ?? '{name}').replace('{name}', () => file.name) : '';
}
