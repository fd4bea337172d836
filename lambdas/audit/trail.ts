import { promisify } from 'node:util';
import { gunzip, gzip } from 'node:zlib';
import {
  GetObjectCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
  NoSuchKey,
  NotFound,
  PutObjectCommand,
  type PutObjectCommandInput,
  S3Client,
} from '@aws-sdk/client-s3';
import { awsClient } from '../aws-client.ts';

/** The bucket of the audit log. What is in it is never replaced. */
export interface Trail {
  readonly bucket: string;
  /** @returns whether it was made; not, where there is an object of this name */
  put(object: string, text: Uint8Array | string, metadata?: Record<string, string>): Promise<boolean>;
  /** The same for what is to be compressed. */
  putCompressed(object: string, bytes: Uint8Array, metadata?: Record<string, string>): Promise<boolean>;
  has(object: string): Promise<boolean>;
  /** @returns `undefined` where there is no such object */
  get(object: string): Promise<StoredObject | undefined>;
  /** Names that begin so, in their order, after `after`. */
  objects(prefix: string, after?: string): AsyncIterable<string>;
  /** The next parts of names that begin so, up to a slash. */
  folders(prefix: string): Promise<readonly string[]>;
}

export interface StoredObject {
  /** As they are stored. */
  readonly bytes: Buffer;
  readonly metadata: Readonly<Record<string, string>>;
}

/** Log files have megabytes. Times in milliseconds. */
const s3Client = {
  ...awsClient,
  maxAttempts: 4,
  requestHandler: { ...awsClient.requestHandler, requestTimeout: 8000 },
};

export const s3Trail = (Bucket: string): Trail => {
  const client = new S3Client(s3Client);

  const put = async (input: Omit<PutObjectCommandInput, 'Bucket'>): Promise<boolean> => {
    try {
      await client.send(new PutObjectCommand({ Bucket, ...input, IfNoneMatch: '*' }));
      return true;
    } catch (error) {
      if (error instanceof Error && error.name === 'PreconditionFailed') return false;
      throw error;
    }
  };

  return {
    bucket: Bucket,
    put: (Key, Body, Metadata = {}) => put({ Key, Body, Metadata }),
    async putCompressed(Key, bytes, Metadata = {}) {
      // As CloudTrail's own objects are described.
      const described = { ContentType: 'application/json', ContentEncoding: 'gzip' };
      return put({ Key, Body: await promisify(gzip)(bytes), Metadata, ...described });
    },
    async has(Key) {
      try {
        await client.send(new HeadObjectCommand({ Bucket, Key }));
        return true;
      } catch (error) {
        if (error instanceof NotFound) return false;
        throw error;
      }
    },
    async get(Key) {
      try {
        const { Body, Metadata = {} } = await client.send(new GetObjectCommand({ Bucket, Key }));
        return { bytes: Buffer.from((await Body?.transformToByteArray()) ?? []), metadata: Metadata };
      } catch (error) {
        if (error instanceof NoSuchKey) return undefined;
        throw error;
      }
    },
    async *objects(Prefix, after) {
      let token: string | undefined;
      do {
        const from = token === undefined ? { StartAfter: after } : { ContinuationToken: token };
        const page = await client.send(new ListObjectsV2Command({ Bucket, Prefix, ...from }));
        for (const { Key } of page.Contents ?? []) if (Key !== undefined) yield Key;
        token = page.NextContinuationToken;
      } while (token !== undefined);
    },
    async folders(Prefix) {
      const found: string[] = [];
      let ContinuationToken: string | undefined;
      do {
        const page = await client.send(new ListObjectsV2Command({ Bucket, Prefix, Delimiter: '/', ContinuationToken }));
        for (const { Prefix: name = '' } of page.CommonPrefixes ?? []) found.push(name.slice(Prefix.length, -1));
        ContinuationToken = page.NextContinuationToken;
      } while (ContinuationToken !== undefined);
      return found;
    },
  };
};

export const uncompressed = (bytes: Uint8Array): Promise<Buffer> => promisify(gunzip)(bytes);
