import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { KmsError } from '../../core/model/errors.ts';
import { everyOperation, outcomeOf, type Parameters, validRequest } from '../requests.ts';
import { type Answer, accountId, newService, type Service, userOf } from '../service.ts';

let kms: Service;
let authenticated = true;
beforeAll(async () => {
  const authenticate = () => {
    if (!authenticated) throw new KmsError('UnrecognizedClientException', 'The security token is invalid.');
    return userOf(accountId, 'admin');
  };
  kms = await newService({ authenticate });
});
afterAll(() => kms.close());
beforeEach(() => {
  authenticated = true;
});

/** Members of answers that are bytes, in base64. */
const blobsInAnswers = ['CiphertextBlob', 'ImportToken', 'Mac', 'Plaintext', 'PublicKey', 'Signature'];

const bytesOf = (parameters: Parameters, answer: Answer): Buffer[] => [
  ...Object.values(parameters).filter((value) => Buffer.isBuffer(value)),
  ...blobsInAnswers.flatMap((name) => (answer[name] === undefined ? [] : [Buffer.from(answer[name], 'base64')])),
];

/** Each text in which bytes could have come along; a few of them would do to give them away. */
const tracesOf = (bytes: Buffer): string[] => {
  const part = bytes.subarray(0, 12);
  const raw = JSON.stringify(part.toString('latin1')).slice(1, -1);
  const numbers = [...part].join(',');
  return [part.toString('base64'), part.toString('base64url'), part.toString('hex'), raw, numbers];
};

const expectNoTrace = (bytes: readonly Buffer[]) => {
  const kept = JSON.stringify([kms.audited, kms.logged]);
  for (const trace of bytes.flatMap(tracesOf)) expect(kept).not.toContain(trace);
};

const missing = (parameters: Parameters, name: string): Parameters => ({ ...parameters, [name]: undefined });

describe.each(everyOperation)('%s', (name, operation) => {
  const { readOnly } = operation.audit;

  it('is on record once when it succeeds, or is not supported, without bytes', async () => {
    const { parameters, keys } = await validRequest(kms, operation);
    const answer = await kms.call(name, parameters);
    const common = { eventName: name, eventSource: 'kms.amazonaws.com', awsRegion: 'us-east-1', readOnly };
    const arns = Object.entries(operation.keys).flatMap(([target, { region, permission }]) =>
      region === undefined && permission !== null
        ? [expect.objectContaining({ ARN: keys[target]?.Arn, accountId })]
        : [],
    );
    const [record, ...elsewhere] = kms.audited;
    expect(record).toMatchObject({ ...common, requestID: answer.requestId, resources: expect.arrayContaining(arns) });
    expect(record?.errorCode).toBe(outcomeOf(operation).__type);
    const { also } = operation.audit;
    expect(elsewhere).toMatchObject(also ? [{ awsRegion: parameters[also.in], requestID: answer.requestId }] : []);
    expectNoTrace(bytesOf(parameters, answer));
  });

  it('is on record once when it is refused for its form, without bytes', async () => {
    const { parameters } = await validRequest(kms, operation);
    const [first = '', shape] = Object.entries(operation.input)[0] ?? [];
    const broken = shape?.type === 'blob' ? Buffer.alloc(0) : shape?.type === 'integer' ? -1 : 'x'.repeat(200_000);
    const { __type, message } = await kms.call(name, { ...parameters, [first]: broken });
    expect(__type).toBe('ValidationException');
    expect(kms.audited).toMatchObject([{ eventName: name, errorCode: __type, responseElements: null, resources: [] }]);
    expect(message).toContain(String(kms.audited[0]?.errorMessage));
    expect(Buffer.byteLength(JSON.stringify(kms.audited[0]?.errorMessage))).toBeLessThanOrEqual(1100);
    expectNoTrace(bytesOf(missing(parameters, first), { status: 400, requestId: '' }));
  });

  it.each(Object.values(operation.keys).map(({ from }) => from))(
    'is on record once when %s names no key, without bytes',
    async (from) => {
      const { parameters } = await validRequest(kms, operation);
      const { __type, message } = await kms.call(name, { ...parameters, [from]: 'alias/nowhere' });
      expect(['NotFoundException', 'InvalidArnException', 'ValidationException']).toContain(__type);
      expect(kms.audited).toMatchObject([{ eventName: name, errorCode: __type, errorMessage: message }]);
      expectNoTrace(bytesOf(parameters, { status: 400, requestId: '' }));
    },
  );

  it.each('DryRun' in operation.input ? ['it'] : [])('is on record once when %s is a dry run', async () => {
    const { parameters } = await validRequest(kms, operation);
    const message = 'The request would have succeeded, but the DryRun option is set.';
    const error = { __type: 'DryRunOperationException', message };
    expect(await kms.call(name, { ...parameters, DryRun: true })).toMatchObject({ status: 400, ...error });
    const record = { errorCode: error.__type, requestParameters: { dryRun: true }, responseElements: null };
    expect(kms.audited).toMatchObject([record]);
    expectNoTrace(bytesOf(parameters, { status: 400, requestId: '' }));
  });

  it('is not on record when nobody knows who called', async () => {
    const { parameters } = await validRequest(kms, operation);
    authenticated = false;
    expect(await kms.call(name, parameters)).toMatchObject({ status: 400, __type: 'UnrecognizedClientException' });
    expect(kms.audited).toEqual([]);
  });
});

it('keeps grant tokens off the record', async () => {
  const { KeyId } = await kms.newKey();
  await kms.call('DescribeKey', { KeyId, GrantTokens: ['token-of-a-grant'] });
  expect(kms.audited).toMatchObject([{ errorCode: 'InvalidGrantTokenException' }]);
  expect(JSON.stringify(kms.audited)).not.toContain('token-of-a-grant');
});
