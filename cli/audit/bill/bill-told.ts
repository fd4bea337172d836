import { keysOf, type Told } from '../told.ts';

/** What a bill reads of a record, besides what others read; any of it may be missing. */
export interface BillTold extends Told {
  readonly eventType?: string;
  readonly recipientAccountId?: string;
  readonly userIdentity?: Told['userIdentity'] & { readonly type?: string };
  readonly responseElements?: { readonly keyMetadata?: { readonly arn?: string; readonly keySpec?: string } } | null;
}

const keyArn = /^arn:[^:]*:kms:[^:]*:(\d{12}):key\/(.*)$/;

/** The account and the id of a key, by its ARN; `undefined` for other names. */
export const partsOf = (arn: string): { readonly account: string; readonly id: string } | undefined => {
  const [, account, id] = keyArn.exec(arn) ?? [];
  return account === undefined || id === undefined ? undefined : { account, id };
};

/** Calls that are charged alike: equal as JSON. */
export interface ChargedCall {
  /** Who pays. */
  readonly account: string;
  readonly month: string;
  readonly operation: string;
  readonly arns: readonly string[];
  readonly algorithms: readonly string[];
  readonly keyPairSpec: string | undefined;
}

/**
 * The call, if it is charged: to whoever called, once; not to the owner of the key, whose log has a copy, and not what KMS
 * does by itself. Refused calls are, as AWS names no exception; only what was throttled is not.
 */
export const chargedCall = (told: BillTold): ChargedCall | undefined => {
  const { eventType, errorCode, userIdentity = {}, eventTime = '', eventName = '', recipientAccountId = '' } = told;
  if (eventType !== 'AwsApiCall' || errorCode === 'ThrottlingException') return undefined;
  if (userIdentity.type === 'AWSAccount' || byKms.includes(userIdentity.invokedBy)) return undefined;
  const parameters = Object.entries(told.requestParameters ?? {});
  const textsOf = (pattern: RegExp) => parameters.flatMap(([name, value]) => (pattern.test(name) ? String(value) : []));
  return {
    account: recipientAccountId,
    month: eventTime.slice(0, 7),
    operation: eventName,
    arns: keysOf(told).filter((name) => partsOf(name)),
    algorithms: textsOf(/Algorithm$/),
    keyPairSpec: textsOf(/^keyPairSpec$/)[0],
  };
};

const byKms: readonly (string | undefined)[] = ['kms.amazonaws.com', 'AWS Internal'];
