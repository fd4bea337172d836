import { readFileSync } from 'node:fs';
import { App, Stack } from 'aws-cdk-lib';
import { Annotations, Match } from 'aws-cdk-lib/assertions';
import { expect, it } from 'vitest';
import { refuseUnknownSwitches, switches, warnOfForgettable } from '../../lib/context.ts';
import { newApp, synthesise } from './synthesis.ts';

it.each([
  ['removal', 'delete', 'removal is retain or destroy, not delete'],
  ['rootKey', 'hsm', 'rootKey is secret or kms, not hsm'],
  ['endpoint', 'edge', 'endpoint is regional or private, not edge'],
  ['gatewayLogRole', 'yes', 'gatewayLogRole is make or existing, not yes'],
  ['trustedAccounts', '4444', 'trustedAccounts is account ids of 12 digits with commas between, not 4444'],
  ['trustedAccounts', '', 'trustedAccounts is account ids of 12 digits with commas between, not '],
  ['trustedAccounts', '444455556666,', 'trustedAccounts is account ids'],
  ['routerCallers', 'eve', 'routerCallers is * or ARNs of users and roles with commas between, not eve'],
  ['routerCallers', 'arn:aws:iam::111122223333:root', 'routerCallers is * or ARNs of users and roles'],
  ['alarmTopic', 'pager', 'alarmTopic is the ARN of an SNS topic, or several with commas between, not pager'],
])('refuses -c %s=%s in words', (name, value, message) => {
  expect(() => synthesise({ [name]: value })).toThrow(message);
});

it('refuses a switch that nobody reads, and leaves to the CDK what is its own', () => {
  const appWith = (context: Record<string, unknown>) => new App({ context }).node;
  expect(() => refuseUnknownSwitches(appWith({ rootkey: 'kms' }))).toThrow(
    'there is no switch rootkey; there are rootKey,',
  );
  const others = {
    '@aws-cdk/core:x': true,
    'cli-telemetry': false,
    'availability-zones:account=1': [],
    removal: 'destroy',
  };
  expect(() => refuseUnknownSwitches(appWith(others))).not.toThrow();
});

it('warns of root keys that a later deployment could forget', () => {
  const warnings = (rootVersions: unknown, written: object) => {
    const stack = new Stack(newApp({ context: { rootVersions } }), 'Stack');
    warnOfForgettable([stack], { ...written });
    return Annotations.fromStack(stack).findWarning('*', Match.stringLikeRegexp('into cdk.json')).length;
  };
  expect([warnings('2', {}), warnings('2..3', { rootVersions: '2' })]).toEqual([1, 1]);
  expect([warnings(undefined, {}), warnings('1', {}), warnings(2, { rootVersions: '2' })]).toEqual([0, 0, 0]);
});

it('is told of, switch by switch, in docs/deploy.md', () => {
  const page = readFileSync(new URL('../../docs/deploy.md', import.meta.url), 'utf8');
  const rows = [...page.matchAll(/^\| `(\w+)` \|/gm)].map(([, name]) => name);
  expect(rows.filter((name) => name !== 'KmsEndpoint').toSorted()).toEqual(switches.toSorted());
});
