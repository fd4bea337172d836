import { randomUUID } from 'node:crypto';
import { headerValues } from '../lambdas/pipeline/header-values.ts';
import { canonicalRequest } from '../local/sigv4/canonical-request.ts';
import { sha256Hex, signature, signingKey, stringToSign } from '../local/sigv4/signature.ts';
import { formatTimestamp } from '../local/sigv4/timestamp.ts';

export interface Signer {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string | undefined;
  readonly region: string;
}

/** A request ready to be sent: the load tool only copies its bytes. */
export interface SignedRequest {
  readonly method: 'POST';
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/**
 * Signs calls of one operation as the AWS SDK for JavaScript does, the hash of the body included. Each is a request of
 * its own, by its invocation id at least, and good for five minutes from now.
 *
 * @param inputs of the calls, one each
 */
export const signAll = (
  operation: string,
  inputs: readonly object[],
  endpoint: string,
  signer: Signer,
): readonly SignedRequest[] => {
  const timestamp = formatTimestamp(new Date());
  const scope = { date: timestamp.slice(0, 8), region: signer.region, service: 'kms' };
  const key = signingKey(signer.secretAccessKey, scope);
  const { host, pathname: path } = new URL(endpoint);
  const credential = `${signer.accessKeyId}/${scope.date}/${scope.region}/${scope.service}/aws4_request`;

  return inputs.map((input) => {
    const body = JSON.stringify(input);
    const bodyHash = sha256Hex(Buffer.from(body));
    const headers = {
      'amz-sdk-invocation-id': randomUUID(),
      'amz-sdk-request': 'attempt=1; max=3',
      'content-type': 'application/x-amz-json-1.1',
      host,
      'x-amz-content-sha256': bodyHash,
      'x-amz-date': timestamp,
      ...(signer.sessionToken && { 'x-amz-security-token': signer.sessionToken }),
      'x-amz-target': `TrentService.${operation}`,
    };
    const signedHeaders = Object.keys(headers);
    const canonical = canonicalRequest({
      method: 'POST',
      path,
      query: '',
      headers: headerValues(Object.entries(headers).flat()),
      signedHeaders,
      bodyHash,
      normalizePath: true,
    });
    const proof = signature(key, stringToSign(timestamp, scope, canonical));
    const authorization = `AWS4-HMAC-SHA256 Credential=${credential}, SignedHeaders=${signedHeaders.join(';')}, Signature=${proof}`;
    return { method: 'POST', path, headers: { ...headers, authorization, 'user-agent': 'serverless-kms-bench' }, body };
  });
};
