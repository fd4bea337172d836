import type { HeaderValues } from '../../lambdas/pipeline/header-values.ts';

/**
 * The canonical request of Signature Version 4: one text for all requests that mean the same.
 * Source: AWS IAM User Guide, "Create a signed AWS API request", step 1.
 * Serves both forms, header and query; the caller says which headers are signed and which query parameters are not.
 */

export interface CanonicalRequestParts {
  readonly method: string;
  /** Raw, as sent, without the query. */
  readonly path: string;
  /** Raw, as sent, without `?`. */
  readonly query: string;
  readonly headers: HeaderValues;
  /** Lower-case and sorted. */
  readonly signedHeaders: readonly string[];
  /** SHA-256 of the body in lower-case hex. */
  readonly bodyHash: string;
  /** Takes `.`, `..` and empty segments out of the path, as all services but S3 do. */
  readonly normalizePath: boolean;
  /** Query parameters that are not signed: `X-Amz-Signature` in the query form. */
  readonly unsignedParameters?: readonly string[];
}

export const canonicalRequest = (parts: CanonicalRequestParts): string => {
  let lines = `${parts.method}\n${canonicalPath(parts.path, parts.normalizePath)}\n`;
  lines += `${canonicalQuery(parts.query, parts.unsignedParameters)}\n`;
  for (const name of parts.signedHeaders) lines += `${name}:${canonicalValue(parts.headers.get(name) ?? [])}\n`;
  return `${lines}\n${parts.signedHeaders.join(';')}\n${parts.bodyHash}`;
};

/** Encodes the path as sent once more, hence "double encoding"; `/` stays. */
export const canonicalPath = (path: string, normalize: boolean): string => {
  if (path === '/' || path === '') return '/';
  return (normalize ? withoutDots(path) : path).split('/').map(percentEncode).join('/');
};

const withoutDots = (path: string): string => {
  const kept: string[] = [];
  for (const segment of path.split('/')) {
    if (segment === '..') kept.pop();
    else if (segment !== '' && segment !== '.') kept.push(segment);
  }
  if (kept.length === 0) return '/';
  return `/${kept.join('/')}${path.endsWith('/') ? '/' : ''}`;
};

/** Parameters sorted by name, then value, each decoded and encoded afresh. A `+` is a plus, as signers mean it. */
export const canonicalQuery = (query: string, unsigned: readonly string[] = []): string => {
  if (query === '') return '';
  const parameters: [name: string, value: string][] = [];
  for (const parameter of query.split('&')) {
    if (parameter === '') continue;
    const equals = parameter.indexOf('=');
    const name = percentDecode(equals < 0 ? parameter : parameter.slice(0, equals));
    const value = equals < 0 ? '' : percentDecode(parameter.slice(equals + 1));
    if (!unsigned.includes(name)) parameters.push([percentEncode(name), percentEncode(value)]);
  }
  parameters.sort(([name1, value1], [name2, value2]) => compare(name1, name2) || compare(value1, value2));
  return parameters.map(([name, value]) => `${name}=${value}`).join('&');
};

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

/** Trimmed, with runs of white space made one space; the values of a repeated header joined by commas. */
const canonicalValue = (values: readonly string[]): string =>
  values.length === 1 ? trimAll(values[0] ?? '') : values.map(trimAll).join(',');

const untidy = /^[ \t\r\n]|[ \t\r\n]{2}|[\t\r\n]|[ \t\r\n]$/;

// not \s: in a string of bytes U+00A0 is part of a UTF-8 sequence, and no space
const trimAll = (value: string): string =>
  untidy.test(value) ? value.replace(/[ \t\r\n]+/g, ' ').replace(/^ | $/g, '') : value;

/** RFC 3986 section 2.3: everything but letters, digits, `-`, `.`, `_` and `~`, as UTF-8. */
const percentEncode = (text: string): string =>
  encodeURIComponent(text.toWellFormed()).replace(
    /[!'()*]/g,
    (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`,
  );

const percentDecode = (text: string): string => {
  try {
    return decodeURIComponent(text);
  } catch {
    return text; // a broken escape means itself
  }
};
