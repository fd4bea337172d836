import type { HeaderValues } from '../../lambdas/pipeline/header-values.ts';
import { parseAuthorizationHeader } from './authorization-header.ts';
import { incomplete, invalid, missingParts, missingToken, notKeyValue, type Refusal } from './refusals.ts';
import { formatTimestamp, parseDateHeader, parseTimestamp } from './timestamp.ts';

/** What a request says about itself: all parts there and well-formed, none believed yet. */
export interface Claim {
  readonly ok: true;
  readonly algorithm: string;
  readonly credential: string;
  readonly signedHeaders: readonly string[];
  readonly signature: string;
  readonly signedAt: Date;
  /** The same, as it stands in the string to sign. */
  readonly timestamp: string;
}

/** @param query raw; credentials there are refused, since KMS clients sign the header */
export const readClaim = (query: string, headers: HeaderValues): Claim | Refusal => {
  const [header, ...more] = headers.get('authorization') ?? [];
  if (query !== '' && new URLSearchParams(query).has('X-Amz-Algorithm'))
    return credentialsInQuery(header !== undefined);
  if (header === undefined || header === '') return missingToken;
  if (more.length > 0) return incomplete('Found more than one Authorization header.');

  const authorization = parseAuthorizationHeader(header);
  if (!authorization) return notKeyValue(header);
  const { algorithm, credential, signedHeaders, signature } = authorization;
  const dated = headers.has('x-amz-date') || headers.has('date');
  if (!credential || !signature || signedHeaders.length === 0 || !dated) {
    const parts = { Credential: credential, Signature: signature, SignedHeaders: signedHeaders.join(';') };
    const problems = Object.entries(parts)
      .filter(([, value]) => !value)
      .map(([name]) => `Authorization header requires '${name}' parameter.`);
    if (!dated) problems.push(noDate);
    return missingParts(problems, header);
  }

  const date = readDate(headers);
  if ('ok' in date) return date;
  return { ok: true, algorithm, credential, signature, signedHeaders, ...date };
};

const noDate = "Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header.";

/** `X-Amz-Date` goes before `Date`. */
const readDate = (headers: HeaderValues): Pick<Claim, 'signedAt' | 'timestamp'> | Refusal => {
  const basic = headers.get('x-amz-date');
  const [text = '', ...more] = basic ?? headers.get('date') ?? [];
  if (more.length > 0) return incomplete(`Found more than one ${basic ? 'X-Amz-Date' : 'Date'} header.`);
  const signedAt = basic ? parseTimestamp(text) : parseDateHeader(text);
  if (signedAt) return { signedAt, timestamp: basic ? text : formatTimestamp(signedAt) };
  return incomplete(
    `Date must be in ISO-8601 'basic format'. Got '${text.slice(0, 64)}'. See http://en.wikipedia.org/wiki/ISO_8601`,
  );
};

const credentialsInQuery = (inHeaderToo: boolean): Refusal =>
  inHeaderToo
    ? invalid("Found both 'X-Amz-Algorithm' as a query-string param and 'Authorization' as HTTP header.")
    : incomplete('Credentials in the query string are not accepted. Sign with the Authorization header.');
