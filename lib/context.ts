import { Annotations, RemovalPolicy, Token } from 'aws-cdk-lib';
import type { Construct, Node } from 'constructs';
import type { RootVersions } from './root-versions.ts';

/** The switches of `-c`: https://docs.aws.amazon.com/cdk/v2/guide/context.html. What they mean is said in docs/deploy.md. */
export const switches = [
  'rootKey',
  'rootVersions',
  'rootInForce',
  'endpoint',
  'trustedAccounts',
  'routerCallers',
  'replicaRegions',
  'removal',
  'alarmTopic',
  'gatewayLogRole',
  'attestationRoot',
  'auditLock',
  'auditLockDays',
] as const;

export type Switch = (typeof switches)[number];

/** @throws {Error} that names the switch, what it takes, and what it was given */
const refuse = (node: Node, name: Switch, takes: string, given: unknown): never => {
  throw new Error(`${node.path}: ${name} is ${takes}, not ${String(given)}`);
};

/** A switch with these values, the first unless said. */
export const choiceOf = <const Value extends string>(
  node: Node,
  name: Switch,
  values: readonly [Value, ...Value[]],
) => {
  const given: unknown = node.tryGetContext(name);
  const chosen = given === undefined ? values[0] : values.find((value) => value === given);
  return chosen ?? refuse(node, name, values.join(' or '), given);
};

/** A switch that lists values with commas between, each of this form; none unless said. */
export const listOf = (node: Node, name: Switch, pattern: RegExp, takes: string): readonly string[] => {
  const given: unknown = node.tryGetContext(name);
  if (given === undefined) return [];
  const values = typeof given === 'string' ? given.split(',').map((value) => value.trim()) : [''];
  if (!values.every((value) => pattern.test(value))) return refuse(node, name, takes, given);
  return [...new Set(values)];
};

/** A switch of this form; undefined unless said. */
const matchOf = (node: Node, name: Switch, pattern: RegExp, takes: string): RegExpExecArray | undefined => {
  const given: unknown = node.tryGetContext(name);
  if (given === undefined) return undefined;
  return pattern.exec(String(given)) ?? refuse(node, name, takes, given);
};

/** The versions of the root key: 1 to N, or from one to another; version 1 alone unless said. */
export const rootVersionsOf = (node: Node): RootVersions => {
  const takes = 'a number as 2, or two as 2..3';
  const [, first, last = '1'] = matchOf(node, 'rootVersions', /^(?:([1-9]\d{0,8})\.\.)?([1-9]\d{0,8})$/, takes) ?? [];
  const [inForce] = matchOf(node, 'rootInForce', /^[1-9]\d{0,8}$/, 'one of the versions of rootVersions') ?? [];
  const numberOf = (text: string | undefined) => (text === undefined ? undefined : Number(text));
  return { first: numberOf(first), last: Number(last), inForce: numberOf(inForce) };
};

/** What becomes of keys, secrets and audit records when the stack is deleted: they stay, unless a sandbox says otherwise. */
export const removalOf = (node: Node): RemovalPolicy =>
  choiceOf(node, 'removal', ['retain', 'destroy']) === 'retain' ? RemovalPolicy.RETAIN : RemovalPolicy.DESTROY;

/**
 * Alarms reach topics of their own Region alone: with more Regions, there is one for each that is not to have its own.
 *
 * @param region of the stack, or a token: then it is the first
 */
export const alarmTopicOf = (node: Node, region: string): string | undefined => {
  const topic = /^arn:[^:]+:sns:[^:]+:\d{12}:[^:]+$/;
  const arns = listOf(node, 'alarmTopic', topic, 'the ARN of an SNS topic, or several with commas between');
  return arns.find((arn) => Token.isUnresolved(region) || arn.split(':')[3] === region);
};

/** Twelve digits each. */
export const trustedAccountsOf = (node: Node): readonly string[] =>
  listOf(node, 'trustedAccounts', /^\d{12}$/, 'account ids of 12 digits with commas between');

/** Users and roles, with `*` and `?` in their names; `*` alone for all of the account. */
export const routerCallersOf = (node: Node): readonly string[] =>
  listOf(
    node,
    'routerCallers',
    /^(\*|arn:[a-z0-9-]+:iam::\d{12}:(user|role)\/[\w+=,.@*?/-]+)$/,
    '* or ARNs of users and roles with commas between',
  );

/**
 * Refuses a switch that nobody reads, as in `-c rootkey=kms`: what looks like protection must not be none. Only for the
 * app of this project; in another, the context is somebody else's too. Names with other signs than letters are the CDK's.
 */
export const refuseUnknownSwitches = (node: Node): void => {
  const given: unknown = node.getAllContext();
  const names = Object.keys(given as object); // context is an object
  const unknown = names.filter((name) => /^[a-zA-Z]+$/.test(name) && !switches.some((known) => known === name));
  if (unknown.length > 0) throw new Error(`there is no switch ${unknown.join(', ')}; there are ${switches.join(', ')}`);
};

/** The switch that a later deployment must not forget: roots that it does not name are taken out of the stack. */
const lasting: Switch = 'rootVersions';

/** @param written the context of `cdk.json`, which every deployment reads */
export const warnOfForgettable = (stacks: readonly Construct[], written: Readonly<Record<string, unknown>>): void => {
  for (const stack of stacks) {
    const given: unknown = stack.node.tryGetContext(lasting);
    if (given === undefined || String(given) === '1' || String(given) === String(written[lasting])) continue;
    const rule = `write ${lasting}=${given} into cdk.json: a deployment that forgets it takes root keys out of the stack`;
    Annotations.of(stack).addWarningV2(`serverless-kms:${lasting}`, rule);
  }
};
