import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { errorStatuses } from '../../core/model/errors.ts';
import { listen } from '../../local/server.ts';
import { removeFolders } from './folders.ts';
import { type ExchangeOptions, exchange, type RawAnswer, rawRequest } from './raw-http.ts';
import { type InProcess, listenForAnother, startInProcess } from './service-in-process.ts';

const requestTimeoutSeconds = 2;
const target = { 'x-amz-target': 'TrentService.ListKeys' };
const json = (body: string, headers: Record<string, string> = {}) =>
  rawRequest({ headers: { ...target, ...headers }, body });
const chunked = (body: string) => json(body, { 'transfer-encoding': 'chunked' });
const mebibyte = 1024 * 1024;
const bodyOf = (length: number) => `{"a":"${'x'.repeat(length - 8)}"}`;

// A server of HTTP that takes connections from another has all of its own to do, time limits too.
describe.each([
  ['bad input', listen],
  ['bad input at a server of connections that another accepts', listenForAnother],
])('%s', (_, listening) => {
  let kms: InProcess;

  beforeAll(async () => {
    kms = await startInProcess({ requestTimeoutSeconds, listening });
  });
  afterAll(async () => {
    await kms?.close();
    await removeFolders();
  });
  afterEach(async () => {
    expect(await kms.calls.call('ListKeys'), 'the service goes on').toMatchObject({ status: 200 });
    expect(kms.errors()).toEqual([]);
  });

  /** One answer, in AWS's form. */
  const refusal = async (
    parts: string | Uint8Array | readonly string[],
    { ended, ...options }: ExchangeOptions & { ended?: 'closed' } = {},
    endpoint = kms.endpoint,
  ) => {
    const conversation = await exchange(endpoint, parts, { ...options, untilClosed: ended === 'closed' });
    expect(conversation.answers).toHaveLength(1);
    if (ended) expect(conversation.ended).toBe(ended);
    const [answer] = conversation.answers as readonly [RawAnswer]; // its length was checked
    return { ...conversation, ...judged(answer) };
  };

  const judged = ({ status, headers, body }: RawAnswer) => {
    expect(headers).toMatchObject({
      'content-type': 'application/x-amz-json-1.1',
      'x-amzn-requestid': expect.stringMatching(/^[0-9a-f-]{36}$/),
    });
    const { __type, message, Message = message ?? '' } = JSON.parse(body);
    expect(Object.keys(errorStatuses)).toContain(__type);
    return { status, __type: String(__type), message: String(Message) };
  };

  describe('bodies', () => {
    it.each([
      ['nothing', ''],
      ['half an object', '{'],
      ['words', 'nonsense'],
      ['two objects', '{}{}'],
      ['a comma too many', '{"Limit":1,}'],
      ['NaN', '{"Limit":NaN}'],
      ['single quotes', "{'Limit':1}"],
      ['a byte of zero', '{}\0'],
      ['an array', '[]'],
      ['a string', '"{}"'],
      ['a number', '1'],
      ['null', 'null'],
    ])('refuses %s as SerializationException', async (_, body) => {
      const refused = await refusal(json(body));
      expect(refused).toMatchObject({ status: 400, __type: 'SerializationException' });
      expect(refused.message).toMatch(/^The request body /);
    });

    it.each([
      ['a continuation byte alone', [0x80]],
      ['an overlong slash', [0xc0, 0xaf]],
      ['a surrogate in three bytes', [0xed, 0xa0, 0x80]],
      ['half of an é', [0xc3]],
    ])('refuses %s: it is not UTF-8', async (_, bytes) => {
      const refused = await refusal(
        json(`{"Marker":"${String.fromCharCode(...bytes)}"}`, { 'content-length': `${13 + bytes.length}` }),
      );
      expect(refused).toMatchObject({ status: 400, __type: 'SerializationException' });
    });

    it.each(['text/plain', 'application/x-www-form-urlencoded', 'application/x-amz-json-1.0', '', 'application/jsonp'])(
      'refuses the content type "%s"',
      async (type) => {
        const refused = await refusal(json('{}', { 'content-type': type }));
        expect(refused).toMatchObject({ status: 400, __type: 'UnknownOperationException' });
        expect(refused.message).toContain('content type');
      },
    );

    it.each(['application/json', 'Application/X-AMZ-JSON-1.1', 'application/json; charset=utf-8'])(
      'takes the content type "%s"',
      async (type) => {
        const refused = await refusal(json('{}', { 'content-type': type }));
        expect(refused.__type).toBe('MissingAuthenticationTokenException');
      },
    );

    it('takes 1 MiB, and not a byte more', async () => {
      expect(await refusal(json(bodyOf(mebibyte)))).toMatchObject({ __type: 'MissingAuthenticationTokenException' });
      const refused = await refusal(json(bodyOf(mebibyte + 1)), { ended: 'closed' });
      expect(refused).toMatchObject({ status: 413, __type: 'RequestEntityTooLargeException' });
    });

    it('refuses 20 MB before all of it has come, with its length told or in chunks', async () => {
      const { endpoint, close } = await startInProcess({ listening }); // a busy machine takes more than a second to send it
      const body = 'x'.repeat(20_000_000);
      for (const request of [json(body), chunked(`${body.length.toString(16)}\r\n${body}\r\n0\r\n\r\n`)]) {
        const refused = await refusal(request, {}, endpoint);
        expect(refused).toMatchObject({ status: 413, __type: 'RequestEntityTooLargeException' });
      }
      const answer = await fetch(endpoint, { method: 'POST', headers: target, body });
      expect(answer.status).toBe(413);
      expect(await answer.json()).toMatchObject({ __type: 'RequestEntityTooLargeException' });
      await close();
    });

    it('refuses nesting a hundred thousand levels deep, or drops it with the member that nobody knows', async () => {
      const deep = '['.repeat(100_000) + ']'.repeat(100_000);
      expect(await kms.calls.send({ operation: 'ListKeys', body: `{"Unknown":${deep}}` })).toMatchObject({
        status: 200,
      });
      for (const member of ['Limit', 'Marker']) {
        const refused = await kms.calls.send({ operation: 'ListKeys', body: `{"${member}":${deep}}` });
        expect(refused).toMatchObject({ status: 400, members: { __type: 'SerializationException' } });
      }
      const objects = `${'{"a":'.repeat(100_000)}1${'}'.repeat(100_000)}`;
      const refused = await kms.calls.send({ operation: 'CreateKey', body: `{"Tags":[${objects}]}` });
      expect(refused).toMatchObject({ status: 400, members: { __type: 'ValidationException' } });
    });
  });

  describe('targets, paths and methods', () => {
    it.each([
      'TrentService.Nope',
      'trentservice.ListKeys',
      'DynamoDB_20120810.ListTables',
      'TrentService.',
      'TrentService.ListKeys ListKeys',
      'TrentService.constructor',
      'TrentService.__proto__',
      'TrentService.listKeys',
      '',
    ])('refuses the target "%s"', async (name) => {
      const refused = await refusal(rawRequest({ headers: { 'x-amz-target': name }, body: '{}' }));
      expect(refused).toMatchObject({ status: 400, __type: 'UnknownOperationException' });
    });

    it('refuses a call without a target, and one with two', async () => {
      const none = await refusal(rawRequest({ body: '{}' }));
      expect(none).toMatchObject({ status: 400, __type: 'UnknownOperationException' });
      const two = await refusal(
        json('{}').replace('x-amz-target', 'x-amz-target: TrentService.CreateKey\r\nx-amz-target'),
      );
      expect(two).toMatchObject({ status: 400, __type: 'UnknownOperationException' });
    });

    it.each([
      ['//', 404],
      ['/%00', 404],
      ['/../ListKeys', 404],
      ['/ListKeys/', 404],
      ['/Nope', 400],
      ['/__proto__', 404],
      ['/constructor', 400],
      ['/ListKeys%20', 404],
      [`/${'a'.repeat(10_000)}`, 400],
      [`/ListKeys?${'a=b&'.repeat(3000)}`, 400],
      ['*', 404],
    ])('answers POST %s with %i', async (path, status) => {
      expect(await refusal(rawRequest({ target: path, body: '{}' }))).toMatchObject({ status });
    });

    it('takes a URL with its host, as RFC 9112 section 3.2.2 has it', async () => {
      const refused = await refusal(rawRequest({ target: `${kms.endpoint}/`, headers: target, body: '{}' }));
      expect(refused).toMatchObject({ status: 400, __type: 'MissingAuthenticationTokenException' });
    });

    it.each(['GET', 'PUT', 'DELETE', 'PATCH', 'OPTIONS', 'TRACE', 'PROPFIND'])('refuses %s', async (method) => {
      const refused = await refusal(rawRequest({ method, headers: target, body: '{}' }));
      expect(refused).toMatchObject({ status: 405, __type: 'UnknownOperationException' });
      expect(refused.message).not.toBe('');
    });

    it('refuses HEAD, without a body', async () => {
      const { answers } = await exchange(kms.endpoint, rawRequest({ method: 'HEAD' }), { head: true });
      expect(answers).toMatchObject([{ status: 405 }]);
    });

    it('refuses CONNECT with an answer', async () => {
      const connect = 'CONNECT example.com:443 HTTP/1.1\r\nhost: example.com\r\n\r\n';
      expect(await refusal(connect, { ended: 'closed' })).toMatchObject({ status: 405 });
    });

    it('refuses a body with GET, and reads the next request after it', async () => {
      const requests = [rawRequest({ method: 'GET', body: 'x'.repeat(3000) }), json('{}')];
      const { answers } = await exchange(kms.endpoint, requests, { expected: 2 });
      expect(answers.map(({ status }) => status)).toEqual([405, 400]);
    });

    it('does not switch to another protocol', async () => {
      const refused = await refusal(json('{}', { connection: 'upgrade', upgrade: 'websocket' }));
      expect(refused.__type).toBe('MissingAuthenticationTokenException');
    });
  });

  describe('broken HTTP', () => {
    it.each([
      ['headers of 20 KB', json('{}', { x: 'a'.repeat(20_000) })],
      ['a path of 20 KB', rawRequest({ target: `/${'a'.repeat(20_000)}` })],
      [
        'a thousand headers too many',
        json('{}', Object.fromEntries(Array.from({ length: 3000 }, (_, i) => [`h${i}`, 'v']))),
      ],
      ['a method in lower case', rawRequest({ method: 'post' })],
      ['HTTP/2', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'],
      ['TLS', Buffer.from('16030100a5010000a10303', 'hex')],
      ['a header without a colon', 'POST / HTTP/1.1\r\nhost: x\r\nnonsense\r\n\r\n'],
      ['a header folded over two lines', 'POST / HTTP/1.1\r\nhost: x\r\na: b\r\n c\r\n\r\n'],
      ['a length and chunks', chunked('2\r\n{}\r\n0\r\n\r\n').replace('\r\n', '\r\ncontent-length: 2\r\n')],
      ['two lengths', json('{}').replace('content-length', 'content-length: 3\r\ncontent-length')],
      ['a length below zero', json('{}', { 'content-length': '-1' })],
      ['a length in words', json('{}', { 'content-length': 'two' })],
      ['a chunk of unreadable length', chunked('ZZ\r\n{}\r\n0\r\n\r\n')],
      ['a chunk longer than it says', chunked('2\r\n{}junk\r\n0\r\n\r\n')],
      ['an encoding of the transfer that is none', json('{}', { 'transfer-encoding': 'gzip' })],
      ['a body longer than its length', json('{}junk', { 'content-length': '2' })],
    ])('refuses %s, and hangs up', async (_, bytes) => {
      const refused = await refusal(bytes, { ended: 'closed' });
      expect(refused).toMatchObject({ status: 400, __type: 'SerializationException' });
    });

    it('refuses a request without a host', async () => {
      const refused = await refusal('POST / HTTP/1.1\r\ncontent-length: 0\r\n\r\n');
      expect(refused.status).toBe(400);
    });

    it('takes chunks', async () => {
      const refused = await refusal(chunked('1\r\n{\r\n1;why=not\r\n}\r\n0\r\ntrailer: yes\r\n\r\n'));
      expect(refused.__type).toBe('MissingAuthenticationTokenException');
    });

    it('answers pipelined requests in their order', async () => {
      const requests = ['{', '{}', '{', '{}'].map((body) => json(body)).join('');
      const { answers } = await exchange(kms.endpoint, requests, { expected: 4 });
      const [bad, good] = ['SerializationException', 'MissingAuthenticationTokenException'];
      expect(answers.map((answer) => judged(answer).__type)).toEqual([bad, good, bad, good]);
    });

    it('says 100 Continue to a client that waits for it', async () => {
      const { answers } = await exchange(kms.endpoint, json('{}', { expect: '100-continue' }), { expected: 2 });
      expect(answers.map(({ status }) => status)).toEqual([100, 400]);
    });

    it('refuses any other expectation in the form of AWS', async () => {
      expect(await refusal(json('{}', { expect: 'tea' }))).toMatchObject({ status: 417 });
    });
  });

  describe.concurrent('slow and vanishing clients', () => {
    const timely = { quietMilliseconds: 60_000 };

    it.each([
      ['nothing at all', ''],
      ['half a line', 'POST / HT'],
      ['half the headers', 'POST / HTTP/1.1\r\nhost: x\r\n'],
      ['less than its content-length', json('{}', { 'content-length': '10' })],
      ['a chunk and no end', chunked('2\r\n{}\r\n')],
      ['a byte now and then', [...json('{}')].slice(0, 100)],
    ])('times out a client that sends %s, with 408', async (_, parts) => {
      const refused = await refusal(parts, { ...timely, pauseMilliseconds: 40, ended: 'closed' });
      expect(refused).toMatchObject({ status: 408, __type: 'RequestTimeoutException' });
    });

    it('answers a client that has closed its own direction', async () => {
      const refused = await refusal(json('{}'), { ...timely, halfClose: true, ended: 'closed' });
      expect(refused).toMatchObject({ status: 400, __type: 'MissingAuthenticationTokenException' });
    });

    it('refuses half a request at once when no more can come', async () => {
      const refused = await refusal(json('{}', { 'content-length': '10' }), {
        ...timely,
        halfClose: true,
        ended: 'closed',
      });
      expect(refused).toMatchObject({ status: 400, __type: 'SerializationException' });
    });

    it('shrugs at two hundred clients that vanish in the middle', async () => {
      const halves = Array.from({ length: 200 }, (_, i) =>
        exchange(kms.endpoint, json(bodyOf(60_000)).slice(0, 50 + i * 300), { quietMilliseconds: 5 }),
      );
      for (const { answers } of await Promise.all(halves)) expect(answers).toEqual([]);
    });
  });
});
