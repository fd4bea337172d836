/** Strings, the signs between them, and what else stands without quotes. */
const tokens = /"[^"\\]*(?:\\.[^"\\]*)*"|[{}[\],:]|[^\s{}[\],:"]+/g;

/** A policy as AWS prints it: two blanks deep, a blank on either side of each colon, lists on the line of their name. */
export const policyText = (value: unknown): string => printPolicy(JSON.stringify(value), Number.POSITIVE_INFINITY);

/**
 * The text of a policy, printed as AWS prints it. Only what is blank between its tokens changes, so that it means what it
 * meant: names stay in their order, also one that comes twice, and numbers keep all their digits.
 *
 * @param document well-formed JSON
 * @param most     bytes; a document that is longer than this when printed stays as it is
 */
export const printPolicy = (document: string, most: number): string => {
  const open: string[] = [];
  const pieces: string[] = [];
  let length = 0;
  let previous = '';
  for (const token of document.match(tokens) ?? []) {
    if (token === '}' || token === ']') open.pop();
    const piece = blankBetween(previous, token, open) + token;
    if (token === '{' || token === '[') open.push(token);
    length += Buffer.byteLength(piece);
    if (length > most) return document;
    pieces.push(piece);
    previous = token;
  }
  return pieces.join('');
};

const blankBetween = (previous: string, token: string, open: readonly string[]): string => {
  const beginsMember = previous === ',' ? open.at(-1) === '{' : previous === '{' && token !== '}';
  const endsMembers = token === '}' && previous !== '{';
  if (beginsMember || endsMembers) return `\n${'  '.repeat(open.filter((sign) => sign === '{').length)}`;
  return ['{', '[', ',', ':'].includes(previous) || token === ':' || token === ']' ? ' ' : '';
};
