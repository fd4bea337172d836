import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { type Change, changed, extra, header, now, refusal, sign, verify, without } from './signing.ts';

describe('a request that proves nothing', () => {
  it('is missing its token without credentials', async () => {
    const missing = refusal('MissingAuthenticationTokenException', 'Missing Authentication Token');
    expect(
      verify(
        changed(
          await sign(),
          header('authorization', () => undefined),
        ),
      ),
    ).toEqual(missing);
    expect(
      verify(
        changed(
          await sign(),
          header('authorization', () => ''),
        ),
      ),
    ).toEqual(missing);
  });

  it.each([[['Credential']], [['Signature']], [['SignedHeaders']], [['Credential', 'Signature', 'SignedHeaders']]])(
    'is told that it lacks %s, without an echo of its header',
    async (names) => {
      const request = changed(await sign(), ...names.map(without));
      const sent = request.headers.find(([name]) => name === 'authorization')?.[1] ?? '';
      const verdict = verify(request);
      const parts = names.map((name) => `Authorization header requires '${name}' parameter.`).join(' ');
      const digest = createHash('sha256').update(sent).digest('base64');
      const message = `${parts} (Hashed with SHA-256 and encoded with Base64) Authorization=${digest}`;
      expect(verdict).toEqual(refusal('IncompleteSignatureException', message));
    },
  );

  it.each<[string, Change, ReturnType<typeof refusal>]>([
    [
      'neither date',
      header('x-amz-date', () => undefined),
      refusal('IncompleteSignatureException', /^Authorization header requires existence of either a 'X-Amz-Date' or/),
    ],
    [
      'a date in another format',
      header('x-amz-date', () => '2026-03-01T12:00:00Z'),
      refusal(
        'IncompleteSignatureException',
        "Date must be in ISO-8601 'basic format'. Got '2026-03-01T12:00:00Z'. See http://en.wikipedia.org/wiki/ISO_8601",
      ),
    ],
    ...['20260230T120000Z', '20260001T120000Z', '20261301T120000Z', '20260301T240000Z', '20260301T116000Z'].map(
      (date): [string, Change, ReturnType<typeof refusal>] => [
        `the date ${date}, which does not exist`,
        header('x-amz-date', () => date),
        refusal('IncompleteSignatureException', /^Date must be in/),
      ],
    ),
    [
      'two dates',
      extra('x-amz-date', '20260301T120000Z'),
      refusal('IncompleteSignatureException', 'Found more than one X-Amz-Date header.'),
    ],
    [
      'two Authorization headers',
      extra('AUTHORIZATION', 'AWS4-HMAC-SHA256 a=b'),
      refusal('IncompleteSignatureException', 'Found more than one Authorization header.'),
    ],
    [
      'a parameter twice',
      header('authorization', (value) => `${value}, Signature=0`),
      refusal('IncompleteSignatureException', /^Invalid key=value pair/),
    ],
    [
      'a bearer token',
      header('authorization', () => 'Bearer hunter2'),
      refusal('IncompleteSignatureException', /^Invalid key=value pair [^:]+: '[A-Za-z0-9+/]{43}='\.$/),
    ],
    [
      'another algorithm',
      header('authorization', (value) => value.replace('AWS4-HMAC-SHA256', 'AWS4-HMAC-SHA512')),
      refusal('IncompleteSignatureException', "Unsupported AWS 'algorithm': 'AWS4-HMAC-SHA512'."),
    ],
    [
      'four parts in its credential',
      header('authorization', (value) => value.replace('/aws4_request', '')),
      refusal('IncompleteSignatureException', /^Credential must have exactly 5 slash-delimited elements/),
    ],
    [
      'credentials in the query',
      (request) => ({
        ...header('authorization', () => undefined)(request),
        query: 'X-Amz-Algorithm=AWS4-HMAC-SHA256',
      }),
      refusal('IncompleteSignatureException', /query string/),
    ],
    [
      'credentials in both places',
      () => ({ query: 'X-Amz-Algorithm=AWS4-HMAC-SHA256' }),
      refusal('InvalidSignatureException', /^Found both 'X-Amz-Algorithm' as a query-string param/),
    ],
    [
      'its host unsigned',
      header('authorization', (value) => value.replace('host;', '')),
      refusal('InvalidSignatureException', "'Host' or ':authority' must be a 'SignedHeader' in the AWS Authorization."),
    ],
    [
      'a scope that is wrong in every part',
      header('authorization', (value) => value.replace('20260301/eu-west-1/kms/aws4_request', '20260228/moon/s3/aws5')),
      refusal(
        'InvalidSignatureException',
        "Credential should be scoped to a valid region, not 'moon'. Credential should be scoped to correct service: 'kms'. " +
          "Credential should be scoped with a valid terminator: 'aws4_request', not 'aws5'. Date in Credential scope does not " +
          "match YYYYMMDD from ISO-8601 version of date from HTTP: '20260228' != '20260301', from '20260301T120000Z'.",
      ),
    ],
  ])('is told so when it has %s', async (_, change, verdict) => {
    expect(verify(changed(await sign(), change))).toEqual(verdict);
  });

  it('never sees its own header in an answer', async () => {
    const secret = 'Basic user:hunter2';
    for (const value of [secret, `AWS4-HMAC-SHA256 Credential=${secret}`]) {
      expect(
        JSON.stringify(
          verify(
            changed(
              await sign(),
              header('authorization', () => value),
            ),
          ),
        ),
      ).not.toContain('hunter2');
    }
  });

  it('has expired 301 seconds after it was signed', async () => {
    const message =
      'Signature expired: 20260301T115459Z is now earlier than 20260301T115500Z (20260301T120000Z - 5 min.)';
    expect(verify(await sign({ signedAt: new Date(now.getTime() - 301_000) }))).toEqual(
      refusal('InvalidSignatureException', message),
    );
  });

  it('is not yet current 301 seconds before it is signed', async () => {
    const message =
      'Signature not yet current: 20260301T120501Z is still later than 20260301T120500Z (20260301T120000Z + 5 min.)';
    expect(verify(await sign({ signedAt: new Date(now.getTime() + 301_000) }))).toEqual(
      refusal('InvalidSignatureException', message),
    );
  });
});
