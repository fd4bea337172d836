/**
 * Who is calling, as the front door found out: SigV4 on one machine, API Gateway on AWS. What services have to do with a
 * call is never read from a request; it comes from the services themselves, inside the process.
 */
export interface Caller {
  /** Of a service that calls by itself: the account of the resource for which it does. */
  readonly accountId: string;
  /**
   * `arn:aws:iam::ACCT:user/PATH/NAME`, `arn:aws:sts::ACCT:assumed-role/NAME/SESSION` or `arn:aws:iam::ACCT:root`; of a
   * service that calls by itself, its name: `s3.amazonaws.com`.
   */
  readonly arn: string;
  readonly type: 'IAMUser' | 'AssumedRole' | 'Root' | 'AWSService';
  /** `AIDA…` for a user, `AROA…:session` for a role session, the account id for root, a service's name. */
  readonly principalId: string;
  /** Empty for a service. */
  readonly accessKeyId: string;
  readonly userName?: string | undefined;
  /** The role behind a session. */
  readonly issuer?: { readonly arn: string; readonly principalId: string; readonly userName: string } | undefined;
  /** Of a session: what is known of how it began. */
  readonly session?: { readonly creationDate?: string | undefined; readonly mfaAuthenticated: boolean } | undefined;
  /** Services through which the caller's wish came here, in a forward access session; the last one calls KMS. */
  readonly via?: readonly string[] | undefined;
  /** Of a service that calls by itself: the ARN of the resource for which it does. */
  readonly sourceArn?: string | undefined;
}
