/** Who is calling, as the front door found out: SigV4 on one machine, API Gateway on AWS. */
export interface Caller {
  readonly accountId: string;
  /** `arn:aws:iam::ACCT:user/PATH/NAME`, `arn:aws:sts::ACCT:assumed-role/NAME/SESSION` or `arn:aws:iam::ACCT:root`. */
  readonly arn: string;
  readonly type: 'IAMUser' | 'AssumedRole' | 'Root';
  /** `AIDA…` for a user, `AROA…:session` for a role session, the account id for root. */
  readonly principalId: string;
  readonly accessKeyId: string;
  readonly userName?: string | undefined;
  /** The role behind a session. */
  readonly issuer?: { readonly arn: string; readonly principalId: string; readonly userName: string } | undefined;
}
