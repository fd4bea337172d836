/**
 * Where a text stops being JSON (RFC 8259), counted from 1. For messages: those of `JSON.parse` may quote the text, here
 * with secrets in it, and do not always say where.
 *
 * @returns undefined if the text is JSON
 */
export const jsonFault = (text: string): { readonly line: number; readonly column: number } | undefined => {
  const offset = faultOffset(text);
  if (offset === undefined) return undefined;
  const lines = text.slice(0, offset).split('\n');
  return { line: lines.length, column: (lines.at(-1) ?? '').length + 1 };
};

const space = /[ \t\r\n]*/y;
const scalar = /(?:true|false|null|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?)(?![\w.+-])/y;
/** A string but for its end, so that a fault is seen where it is, and not where the string starts. */
const openString = /"(?:[ !#-[\]-\uffff]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*/y;

/** @returns the offset of the first character that cannot stand there, or the length if the text ends too early */
const faultOffset = (text: string): number | undefined => {
  let at = 0;
  const open: ('}' | ']')[] = [];
  const take = (pattern: RegExp): boolean => {
    pattern.lastIndex = at;
    const found = pattern.exec(text);
    if (found) at = pattern.lastIndex;
    return found !== null;
  };
  const takeChar = (char: string): boolean => {
    take(space);
    if (text[at] !== char) return false;
    at++;
    return true;
  };
  const takeString = (): boolean => {
    take(space);
    if (!take(openString) || text[at] !== '"') return false;
    at++;
    return true;
  };
  const takeName = (): boolean => takeString() && takeChar(':');

  for (;;) {
    // a value, or the start of one
    if (takeChar('{')) {
      if (!takeChar('}')) {
        open.push('}');
        if (!takeName()) return at;
        continue;
      }
    } else if (takeChar('[')) {
      if (!takeChar(']')) {
        open.push(']');
        continue;
      }
    } else if (text[at] === '"' ? !takeString() : !take(scalar)) return at;

    // after a value
    while (open.length > 0 && takeChar(open.at(-1) ?? '')) open.pop();
    if (open.length === 0) {
      take(space);
      return at < text.length ? at : undefined;
    }
    if (!takeChar(',')) return at;
    if (open.at(-1) === '}' && !takeName()) return at;
  }
};

/** @throws {Fault} that says where a text is not JSON, and repeats nothing of it */
export const parseJson = (text: string, Fault: new (message: string) => Error): unknown => {
  const bare = text.replace(/^\uFEFF/, '');
  try {
    return JSON.parse(bare);
  } catch {
    // not the cause: its message may quote the text, secrets and all
    const { line, column } = jsonFault(bare) ?? { line: 1, column: 1 };
    throw new Fault(`line ${line}, column ${column}: not valid JSON`);
  }
};
