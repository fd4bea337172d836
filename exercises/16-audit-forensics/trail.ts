import { createHash, generateKeyPairSync, type KeyObject, randomBytes, randomUUID, sign } from 'node:crypto';
import { gzipSync } from 'node:zlib';

// An audit log of a day that never was, in the form of CloudTrail's, with digests that are signed and joined to a chain.
// https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-log-file-validation-digest-file-structure.html

/** A call of Decrypt on the key of another account. */
export interface Call {
  readonly time: Date;
  readonly user: string;
  readonly customer: string;
  readonly isRefused?: boolean;
}

export interface Identity {
  readonly type: string;
  readonly principalId: string;
  readonly arn?: string;
  readonly accountId: string;
  readonly accessKeyId?: string;
  readonly userName?: string;
}

export type LogRecord = ReturnType<typeof recordOf>;

export interface LogFile {
  readonly object: string;
  readonly records: readonly LogRecord[];
}

const region = 'us-east-1';
const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';

const randomText = (length: number): string =>
  [...randomBytes(length)].map((byte) => alphabet.charAt(byte % alphabet.length)).join('');

export const newIdentity = (accountId: string, userName: string): Identity => ({
  type: 'IAMUser',
  principalId: `AIDA${randomText(17)}`,
  arn: `arn:aws:iam::${accountId}:user/${userName}`,
  accountId,
  accessKeyId: `AKIA${randomText(16)}`,
  userName,
});

const recordOf = ({ time, customer, isRefused = false }: Call, userIdentity: Identity, keyArn: string) => ({
  eventVersion: '1.11',
  userIdentity,
  eventTime: inSeconds(time),
  eventSource: 'kms.amazonaws.com',
  eventName: 'Decrypt',
  awsRegion: region,
  sourceIPAddress: '10.0.4.7',
  userAgent: 'customer-files/3.2',
  ...(isRefused && {
    errorCode: 'AccessDenied',
    errorMessage: `User: ${userIdentity.arn} is not authorized to perform: kms:Decrypt on this resource`,
  }),
  requestParameters: { encryptionContext: { customer }, encryptionAlgorithm: 'SYMMETRIC_DEFAULT' },
  responseElements: null,
  requestID: randomUUID(),
  eventID: randomUUID(),
  readOnly: true,
  resources: isRefused ? [] : [{ accountId: keyArn.split(':')[4], type: 'AWS::KMS::Key', ARN: keyArn }],
  eventType: 'AwsApiCall',
  managementEvent: true,
  recipientAccountId: userIdentity.accountId,
  eventCategory: 'Management',
});

/** The record in the caller's log; and, of a call that succeeded, the one that the key's owner gets. */
export const recordsOf = (call: Call, caller: Identity, keyArn: string): readonly LogRecord[] => {
  const record = recordOf(call, caller, keyArn);
  if (call.isRefused) return [record];
  const shared = { ...record, sharedEventID: randomUUID() };
  const { principalId, accountId } = caller;
  const copy = {
    ...shared,
    userIdentity: { type: 'AWSAccount', principalId, accountId },
    eventID: randomUUID(),
    recipientAccountId: keyArn.split(':')[4] ?? '',
  };
  return [shared, copy];
};

const halfHour = 1_800_000;

/** One file for each half hour in which there is something. */
export const logFilesOf = (accountId: string, records: readonly LogRecord[]): readonly LogFile[] => {
  const own = records.filter(({ recipientAccountId }) => recipientAccountId === accountId);
  const groups = Map.groupBy(own, ({ eventTime }) => Math.floor(Date.parse(eventTime) / halfHour));
  return [...groups].map(([group, of]) => {
    const end = new Date((group + 1) * halfHour - 60_000);
    const name = `${accountId}_CloudTrail_${region}_${compact(inSeconds(end)).slice(0, 13)}Z_${randomText(16)}.json.gz`;
    return { object: `AWSLogs/${accountId}/CloudTrail/${region}/${dayOf(end)}/${name}`, records: of };
  });
};

export const bodyOf = ({ records }: LogFile): Buffer => Buffer.from(JSON.stringify({ Records: records }));

/** @returns digests and their signatures, by paths: one for each hour in which there are log files */
export const digestsOf = (accountId: string, files: readonly LogFile[], key: SigningKey): Map<string, Buffer> => {
  const made = new Map<string, Buffer>();
  const hours = Map.groupBy(files, ({ records }) => `${records[0]?.eventTime.slice(0, 13)}:00:00Z`);
  let last: { object: string; hash: string; signature: string } | undefined;
  for (const [start, of] of [...hours].sort(([one], [other]) => (one < other ? -1 : 1))) {
    const end = new Date(Date.parse(start) + 3_600_000);
    const folder = `AWSLogs/${accountId}/CloudTrail-Digest/${region}`;
    const name = `${accountId}_CloudTrail-Digest_${region}_office_${region}_${compact(inSeconds(end))}.json.gz`;
    const object = `${folder}/${dayOf(end)}/${name}`;
    const logFiles = of.map((file) => ({
      s3Bucket: 'audit',
      s3Object: file.object,
      hashValue: sha256(bodyOf(file)),
      hashAlgorithm: 'SHA-256',
      newestEventTime: file.records.at(-1)?.eventTime,
      oldestEventTime: file.records[0]?.eventTime,
    }));
    const digest = Buffer.from(
      JSON.stringify({
        awsAccountId: accountId,
        digestStartTime: start,
        digestEndTime: inSeconds(end),
        digestS3Bucket: 'audit',
        digestS3Object: object,
        digestPublicKeyFingerprint: key.fingerprint,
        digestSignatureAlgorithm: 'SHA256withRSA',
        newestEventTime: logFiles.at(-1)?.newestEventTime,
        oldestEventTime: logFiles[0]?.oldestEventTime,
        previousDigestS3Bucket: last ? 'audit' : null,
        previousDigestS3Object: last?.object ?? null,
        previousDigestHashValue: last?.hash ?? null,
        previousDigestHashAlgorithm: last ? 'SHA-256' : null,
        previousDigestSignature: last?.signature ?? null,
        logFiles,
      }),
    );
    const hash = sha256(digest);
    const toSign = [inSeconds(end), `audit/${object}`, hash, last?.signature ?? 'null'].join('\n');
    const signature = sign('sha256', Buffer.from(toSign), key.privateKey).toString('hex');
    made.set(object, gzipSync(digest));
    made.set(
      object.replace(/\.json\.gz$/, '.sig.json'),
      Buffer.from(`${JSON.stringify({ signature, 'signature-algorithm': 'SHA256withRSA' })}\n`),
    );
    last = { object, hash, signature };
  }
  return made;
};

export interface SigningKey {
  readonly privateKey: KeyObject;
  readonly publicPem: string;
  /** SHA-256 of the public key in PKCS #1, in hex. */
  readonly fingerprint: string;
}

/** For one log alone: nobody keeps the private half. */
export const newSigningKey = (): SigningKey => {
  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  return {
    privateKey,
    publicPem: publicKey.export({ format: 'pem', type: 'spki' }).toString(),
    fingerprint: sha256(publicKey.export({ format: 'der', type: 'pkcs1' })),
  };
};

export const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

const inSeconds = (instant: Date): string => `${instant.toISOString().slice(0, 19)}Z`;
const compact = (time: string): string => time.replaceAll(/[-:]/g, '');
const dayOf = (instant: Date): string => instant.toISOString().slice(0, 10).replaceAll('-', '/');
