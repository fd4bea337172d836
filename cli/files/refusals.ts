import { Failure } from '../../local/failure.ts';
import { UsageError } from '../../local/options.ts';
import type { Connection } from './connection.ts';

/**
 * Why a file could not be encrypted or decrypted.
 *
 * @param named the file, or `-`
 */
export const explained = (error: unknown, named: string, connection: Connection): unknown => {
  if (!(error instanceof Error) || error instanceof Failure || error instanceof UsageError) return error;
  const refusal = connection.refusal();
  if (refusal !== undefined) return refused(refusal, connection);
  if ('syscall' in error) return error; // of a file, not of what is in it
  const input = named === '-' ? 'stdin' : named;
  const known = faults.find(([pattern]) => pattern.test(error.message));
  if (known === undefined) {
    const [why = ''] = error.message.split('\n', 1);
    const hint = 'compare it with the original, and name the keys with --key';
    return new Failure({ what: `${input} cannot be opened`, why, hint }, { cause: error });
  }
  const [, what, why, hint] = known;
  return new Failure({ what: `${input} ${what}`, why, hint }, { cause: error });
};

const faults: readonly (readonly [RegExp, what: string, why: string, hint: string])[] = [
  [/^Incomplete/, 'ends too early', 'the end of it is missing; nothing of it counts', 'get the whole of it'],
  [
    /unable to authenticate|Invalid Signature|out of order|Commitment|commitment/,
    'was changed',
    'it is not what was encrypted; nothing of it counts',
    'get it again from where it comes from',
  ],
  [
    /^maxBodySize/,
    'has frames too large to be opened',
    'a frame must fit into memory',
    'encrypt it with smaller frames',
  ],
  [/^maxEncryptedDataKeys/, 'names too many keys', 'each would be asked', 'encrypt it for fewer keys'],
  [
    /decrypt data key|unencrypted ?data ?key/i,
    'is not opened by these keys',
    'its data key is wrapped by others',
    'name the key with --key, its Region with --region, or call as another with --profile',
  ],
  [
    /header|malformed|version|type|suite|out of bounds|outside/i,
    'is not an encrypted file',
    'it does not have the message format of the AWS Encryption SDK',
    'only what `kms encrypt` or an AWS Encryption SDK wrote can be opened',
  ],
];

const refused = (error: Error, { endpoint }: Connection): Failure => {
  const { requestId } = (error as { $metadata?: { requestId?: string } }).$metadata ?? {}; // of errors that were answered
  if (requestId === undefined) {
    return new Failure(
      {
        what: `the service at ${endpoint} was not reached`,
        why: error.message || String((error as { code?: string }).code), // of several addresses, none has a message
        hint: 'start it first: npm start; or name another with --endpoint',
      },
      { cause: error },
    );
  }
  return new Failure(
    {
      what: `KMS answered ${error.name}`,
      why: error.message,
      hint: hints[error.name] ?? `kms why ${requestId} tells more`,
    },
    { cause: error },
  );
};

const hints: Readonly<Record<string, string>> = {
  NotFoundException: 'look at the spelling, at --region, and at --profile: each account has its own keys',
  InvalidCiphertextException: 'the data key in it was changed, or its encryption context',
  DisabledException: 'enable the key first: aws kms enable-key --key-id KEY',
  InvalidKeyUsageException: 'take a symmetric key, SYMMETRIC_DEFAULT',
};
