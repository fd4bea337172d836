import { connect } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';

export interface RawAnswer {
  readonly status: number;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

export interface Exchange {
  readonly answers: readonly RawAnswer[];
  /** How the conversation ended: by the server, or by us after it was quiet for so long. */
  readonly ended: 'closed' | 'reset' | 'quiet';
  readonly milliseconds: number;
}

export interface ExchangeOptions {
  /** Sends FIN after the last part, and goes on reading. */
  readonly halfClose?: boolean;
  /** Between two parts. */
  readonly pauseMilliseconds?: number;
  /** Without a byte from the server for so long after the last part, the conversation is over. @default 10000 */
  readonly quietMilliseconds?: number;
  /** After so many answers, little more is waited for. @default 1 */
  readonly expected?: number;
  /** Then the end of the connection is waited for all the same. */
  readonly untilClosed?: boolean;
  /** Answers to HEAD have no body, whatever their content-length says. */
  readonly head?: boolean;
}

/** Sends bytes as they are, in one part or several, and reads what comes back; never rejects for a reset. */
export const exchange = async (
  endpoint: string,
  parts: string | Uint8Array | readonly (string | Uint8Array)[],
  {
    halfClose = false,
    pauseMilliseconds = 0,
    quietMilliseconds = 10_000,
    expected = 1,
    untilClosed = false,
    head = false,
  }: ExchangeOptions = {},
): Promise<Exchange> => {
  const startedAt = performance.now();
  const { hostname, port } = new URL(endpoint);
  const socket = connect({ host: hostname, port: Number(port), allowHalfOpen: true });
  const chunks: Buffer[] = [];
  let quiet: NodeJS.Timeout | undefined;
  const ended = new Promise<Exchange['ended']>((resolve) => {
    const waitForMore = () => {
      clearTimeout(quiet);
      const answered = !untilClosed && answersIn(Buffer.concat(chunks), head).length >= expected;
      quiet = setTimeout(() => resolve('quiet'), answered ? 20 : quietMilliseconds);
    };
    socket.on('data', (chunk) => {
      chunks.push(chunk);
      if (quiet) waitForMore();
    });
    socket.once('end', () => resolve('closed'));
    socket.on('error', () => resolve('reset'));
    socket.once('close', () => resolve('closed'));
    const send = async () => {
      for (const [index, part] of (typeof parts === 'string' || parts instanceof Uint8Array
        ? [parts]
        : parts
      ).entries()) {
        if (index > 0) await pause(pauseMilliseconds);
        if (!socket.writable) break;
        await new Promise((written) => socket.write(part, 'latin1', written));
      }
      if (halfClose && socket.writable) socket.end();
      waitForMore();
    };
    void send();
  });
  const how = await ended;
  clearTimeout(quiet);
  socket.destroy();
  return {
    answers: parseAnswers(Buffer.concat(chunks), head),
    ended: how,
    milliseconds: performance.now() - startedAt,
  };
};

/** @throws {Error} on bytes after the last whole answer */
const parseAnswers = (bytes: Buffer, head: boolean): RawAnswer[] => {
  const answers = answersIn(bytes, head);
  const rest = bytes.subarray(answers.reduce((sum, { length }) => sum + length, 0)).toString();
  if (rest !== '') throw new Error(`not an answer with a content-length: ${JSON.stringify(rest)}`);
  return answers;
};

/** The answers that are whole, with their lengths in bytes. */
const answersIn = (bytes: Buffer, head: boolean): (RawAnswer & { readonly length: number })[] => {
  const end = bytes.indexOf('\r\n\r\n');
  const [statusLine = '', ...lines] = bytes.toString('latin1', 0, Math.max(end, 0)).split('\r\n');
  const status = Number(/^HTTP\/1\.1 (\d{3})( |$)/.exec(statusLine)?.[1]);
  const headers = Object.fromEntries(
    lines.map((line) => [line.slice(0, line.indexOf(':')).toLowerCase(), line.slice(line.indexOf(':') + 1).trim()]),
  );
  const told = headers['content-length'] ?? (status === 100 ? 0 : Number.NaN);
  const length = end + 4 + (head ? 0 : Number(told));
  if (end < 0 || Number.isNaN(status) || !(length <= bytes.length)) return [];
  const answer = { status, headers, body: bytes.toString('utf8', end + 4, length), length };
  return [answer, ...answersIn(bytes.subarray(length), head)];
};

/** The text of a request; `content-length` is added unless the headers say how long the body is. */
export const rawRequest = ({
  method = 'POST',
  target = '/',
  headers = {},
  body = '',
}: {
  readonly method?: string;
  readonly target?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}): string => {
  const all = { host: 'localhost', 'content-type': 'application/x-amz-json-1.1', ...headers };
  const told = 'content-length' in headers || 'transfer-encoding' in headers;
  const lines = Object.entries({ ...all, ...(!told && { 'content-length': String(Buffer.byteLength(body)) }) });
  return [`${method} ${target} HTTP/1.1`, ...lines.map(([name, value]) => `${name}: ${value}`), '', body].join('\r\n');
};
