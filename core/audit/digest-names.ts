import type { Place } from '../model/arn.ts';
import { dateOf } from './log-file.ts';

const trail = 'serverless-kms';

/** Instants in digests: to the second. */
export const inSeconds = (instant: Date): string => `${instant.toISOString().slice(0, 19)}Z`;

/**
 * The path of a digest file, as CloudTrail names them.
 * https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-log-file-validation-digest-file-structure.html
 *
 * @param homeRegion where the trail belongs
 */
export const digestObject = ({ accountId, region }: Place, end: Date, homeRegion: string): string => {
  const time = inSeconds(end);
  const file = `${accountId}_CloudTrail-Digest_${region}_${trail}_${homeRegion}_${time.replaceAll(/[-:]/g, '')}.json.gz`;
  return `${digestFolder({ accountId, region })}/${time.slice(0, 10).replaceAll('-', '/')}/${file}`;
};

export const digestFolder = ({ accountId, region }: Place): string =>
  `AWSLogs/${accountId}/CloudTrail-Digest/${region}`;

/** Files have no metadata as objects in S3 have: the signature of a digest lies beside it. */
export const signatureObject = (object: string): string => object.replace(/\.json\.gz$/, '.sig.json');

/** The public key to digests of an account, by its fingerprint. */
export const publicKeyObject = (accountId: string, fingerprint: string): string =>
  `AWSLogs/${accountId}/CloudTrail-Digest/${fingerprint}.pem`;

/** When a digest ends, by its path; `undefined` for other files. */
export const digestEnd = (object: string): Date | undefined => {
  const [, ...parts] = /_CloudTrail-Digest_.*_(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z\.json\.gz$/.exec(object) ?? [];
  return dateOf(parts);
};
