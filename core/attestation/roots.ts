import { X509Certificate } from 'node:crypto';

const blocks = /-----BEGIN CERTIFICATE-----[^-]*-----END CERTIFICATE-----/g;

/**
 * The certificates in a text, all to be trusted as roots.
 *
 * @param pem one or several, with anything between them
 * @throws {Error} when there is none, or one that cannot be read
 */
export const readRoots = (pem: string): readonly X509Certificate[] => {
  const roots = (pem.match(blocks) ?? []).map((block) => new X509Certificate(block));
  if (roots.length === 0) throw new Error('there is no certificate in PEM');
  return roots;
};

/**
 * The fingerprint (SHA-256) of the root under which AWS signs. AWS publishes it on
 * https://docs.aws.amazon.com/enclaves/latest/user/verify-root.html
 */
const awsRoot = '64:1A:03:21:A3:E2:44:EF:E4:56:46:31:95:D6:06:31:7E:D7:CD:CC:3C:17:56:E0:98:93:F3:C6:8F:79:BB:5B';

/** Whether documents under this root come from AWS's hardware, and not from a test. */
export const isAwsRoot = ({ fingerprint256 }: X509Certificate): boolean => fingerprint256 === awsRoot;
