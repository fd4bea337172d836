import { describe, expect, it } from 'vitest';
import { asKms } from '../../clients/proxy/refusals.ts';

const to = { endpoint: 'https://a1b2c3d4e5.execute-api.eu-west-1.amazonaws.com/prod', operation: 'Encrypt' };
const answerTo = (status: number, errorType: string | undefined, body: string) => {
  const { status: answered, headers, body: text } = asKms('request-1', { status, errorType, body }, to);
  expect(headers).toEqual({ 'content-type': 'application/x-amz-json-1.1', 'x-amzn-requestid': 'request-1' });
  return { status: answered, ...JSON.parse(text) };
};

describe('an answer that is no success', () => {
  it.each([
    [403, 'AccessDeniedException', '{"Message":"m"}', 400, 'AccessDeniedException'],
    [403, 'InvalidSignatureException', '{"message":"m"}', 400, 'InvalidSignatureException'],
    [403, 'IncompleteSignatureException', '{"message":"m"}', 400, 'IncompleteSignatureException'],
    [403, 'ExpiredTokenException', '{"message":"m"}', 400, 'ExpiredTokenException'],
    [403, 'UnrecognizedClientException', '{"message":"m"}', 400, 'UnrecognizedClientException'],
    [429, 'TooManyRequestsException', '{"message":"m"}', 400, 'ThrottlingException'],
    [429, 'LimitExceededException', '{"message":"m"}', 400, 'ThrottlingException'],
    [400, 'BadRequestException', '{"message":"m"}', 400, 'ValidationException'],
    [415, 'UnsupportedMediaTypeException', '{"message":"m"}', 400, 'ValidationException'],
    [413, undefined, '{"message":"m"}', 413, 'RequestEntityTooLargeException'],
    [500, 'InternalServerErrorException', '{"message":"m"}', 500, 'KMSInternalException'],
    [502, 'InternalServerErrorException', '{"message":"m"}', 500, 'KMSInternalException'],
    [504, 'InternalServerErrorException', '{"message":"m"}', 503, 'DependencyTimeoutException'],
    [503, 'ServiceUnavailableException', '{"message":"m"}', 503, 'DependencyTimeoutException'],
  ] as const)('of the gateway, %i %s %s, is %i %s', (status, errorType, body, expected, __type) => {
    const text = __type === 'AccessDeniedException' ? { Message: 'm' } : { message: 'm' };
    expect(answerTo(status, errorType, body)).toEqual({ status: expected, __type, ...text });
  });

  it('of the service stays as it is, also under a name of tomorrow', () => {
    const body = '{"__type":"BrandNewException","message":"m","More":1}';
    const answer = { status: 400, __type: 'BrandNewException', message: 'm', More: 1 };
    expect(answerTo(400, undefined, body)).toEqual(answer);
  });

  it('of a gateway that words it as KMS does stays as it is', () => {
    const body = '{"__type":"ThrottlingException","message":"Rate exceeded"}';
    expect(answerTo(400, 'ThrottlingException', body)).toEqual({ status: 400, ...JSON.parse(body) });
  });

  it.each(['{"message":"Missing Authentication Token"}', '{"__type":"MissingAuthenticationTokenException"}'])(
    'of a gateway without such a path says which: %s',
    (body) => {
      expect(answerTo(403, 'MissingAuthenticationTokenException', body)).toEqual({
        status: 400,
        __type: 'UnknownOperationException',
        message: `There is no POST ${to.endpoint}/Encrypt: check the stage of --endpoint`,
      });
    },
  );

  it.each([
    [301, ''],
    [404, '<h1>Not found</h1>'],
    [502, '<html>'],
    [403, '[]'],
    [403, 'null'],
    [403, '{"message":7}'],
    [500, '{"__type":{}}'],
  ])('of something else, %i %s, says that it is no answer of the service', (status, body) => {
    expect(answerTo(status, undefined, body)).toMatchObject({
      status: 500,
      __type: 'KMSInternalException',
      message: expect.stringContaining(`is not the service: status ${status}`),
    });
  });
});
