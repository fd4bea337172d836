/** What a test knows to be secret, and whether some text tells it: raw, in hex or in base64, whole or 16 bytes of it. */
export interface SecretWatch {
  /** @param what to name it by; secrets of less than 8 bytes, or of one or two over and over, may be anywhere: not kept */
  keep(what: string, secret: Uint8Array | string): void;
  /** @throws {Error} that says what the text tells, and never the secret */
  check(text: string): void;
}

const leastBytes = 8;
const pieceBytes = 16;
/** Of a long secret, its beginning and its end are looked for. */
const endBytes = 128;
/** Characters by which an encoded piece is found; the rest is compared then. */
const beginning = 8;

/** Bytes that JSON.stringify was handed as they are. */
const bareBytes = /"type":"Buffer"|\{"0":\d+,"1":\d+/;

/** Of the four characters up to this one: what came before them is shifted out. */
const hashOf = (last: number, character: number): number => ((last << 4) ^ character) & 0xffff;

const isAscii = /^[\x20-\x7e]*$/;

export const newSecretWatch = (): SecretWatch => {
  const kept = new Set<string>();
  const encoded = new Map<string, { readonly text: string; readonly what: string }[]>();
  /** By the hash of four characters, whether something encoded begins with them: so nearly every place is passed over. */
  const begins = new Uint8Array(0x10000);
  /** As JSON writes them; those with other characters than ASCII apart, as hardly any record has one. */
  const raw = { ascii: new Map<string, string>(), other: new Map<string, string>() };

  const add = (what: string, text: string): void => {
    const begin = text.slice(0, beginning);
    const others = encoded.get(begin);
    if (others) others.push({ text, what });
    else encoded.set(begin, [{ text, what }]);
    let hash = 0;
    for (let at = 0; at < 4; at += 1) hash = hashOf(hash, text.charCodeAt(at));
    begins[hash] = 1;
  };

  const findEncoded = (text: string): string | undefined => {
    let hash = 0;
    for (let at = 0; at < text.length; at += 1) {
      hash = hashOf(hash, text.charCodeAt(at));
      if (begins[hash] === 0) continue;
      const candidates = encoded.get(text.slice(at - 3, at - 3 + beginning));
      const found = candidates?.find((one) => text.startsWith(one.text, at - 3));
      if (found) return `${found.what}, encoded`;
    }
    return undefined;
  };

  const find = (text: string): string | undefined => {
    if (bareBytes.test(text)) return 'bytes as they are';
    for (const [secret, what] of raw.ascii) if (text.includes(secret)) return `${what}, raw`;
    if (!isAscii.test(text)) {
      for (const [secret, what] of raw.other) if (text.includes(secret)) return `${what}, raw`;
    }
    return findEncoded(text.replaceAll('-', '+').replaceAll('_', '/')); // base64url too
  };

  return {
    keep(what, secret) {
      const bytes = Buffer.from(secret);
      const id = bytes.toString('base64');
      if (bytes.length < leastBytes || new Set(bytes).size < 3 || kept.has(id)) return;
      kept.add(id);
      for (const text of [bytes.toString(), bytes.toString('latin1')]) {
        const written = JSON.stringify(text).slice(1, -1);
        (isAscii.test(written) ? raw.ascii : raw.other).set(written, what);
      }
      for (const piece of piecesOf(bytes)) {
        const hex = piece.toString('hex');
        for (const text of [hex, hex.toUpperCase()]) add(what, text);
        // Within other bytes, base64 has it in one of three forms.
        for (const skipped of [0, 1, 2]) {
          const rest = piece.subarray(skipped);
          add(what, rest.subarray(0, rest.length - (rest.length % 3)).toString('base64'));
        }
      }
    },
    check(text) {
      const found = find(text);
      if (found !== undefined) throw new Error(`a secret is told: ${found}`);
    },
  };
};

const piecesOf = (bytes: Buffer): readonly Buffer[] => {
  if (bytes.length < 2 * pieceBytes) return [bytes];
  const ends = bytes.length > 2 * endBytes ? [bytes.subarray(0, endBytes), bytes.subarray(-endBytes)] : [bytes];
  return ends.flatMap((end) =>
    Array.from({ length: Math.floor(end.length / pieceBytes) }, (_, index) =>
      end.subarray(index * pieceBytes, (index + 1) * pieceBytes),
    ),
  );
};
