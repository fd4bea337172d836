import { afterAll, expect, it } from 'vitest';
import { stackFacts } from '../../core/cost/stack-facts.ts';
import { newService } from '../service.ts';
import { resourcesOf, synthesise } from './synthesis.ts';

const template = synthesise();
const closers: (() => Promise<void>)[] = [];
afterAll(async () => {
  for (const close of closers) await close();
});

it('counts the secrets and the alarms that the stack has', () => {
  expect(resourcesOf(template, 'AWS::SecretsManager::Secret')).toHaveLength(stackFacts.secrets);
  expect(resourcesOf(template, 'AWS::CloudWatch::Alarm')).toHaveLength(stackFacts.alarms);
});

it('knows the memory of the functions', () => {
  const sizes = new Set(
    resourcesOf(template, 'AWS::Lambda::Function').map(([, { Properties }]) => Properties.MemorySize),
  );
  expect([...sizes]).toEqual([stackFacts.gigabytes * 1024]);
});

it('knows how often functions run by time', () => {
  const expressions = resourcesOf(template, 'AWS::Events::Rule').map(
    ([, { Properties }]) => Properties.ScheduleExpression,
  );
  const hourly = expressions.map((expression) => runsPerHour(String(expression)));
  expect(hourly.reduce((sum, runs) => sum + runs, 0)).toBeCloseTo(stackFacts.scheduledRunsPerHour, 6);
});

it('counts the reads of a call, when nothing of the key is at hand', async () => {
  const reads: string[] = [];
  const counted = <Store extends object>(name: string, store: Store): Store => {
    const methods = Object.entries(store) as [string, (...args: never[]) => unknown][]; // a store is methods alone
    const noted = methods.map(([method, call]) => [
      method,
      (...args: never[]) => {
        reads.push(`${name}.${method}`);
        return call(...args);
      },
    ]);
    return { ...store, ...Object.fromEntries(noted) };
  };
  const kms = await newService({}, (stores) => ({
    ...stores,
    keys: counted('keys', stores.keys),
    aliases: counted('aliases', stores.aliases),
    grants: counted('grants', stores.grants),
  }));
  closers.push(() => kms.close());
  const { KeyId } = await kms.newKey();
  reads.length = 0;
  await kms.call('Encrypt', { KeyId, Plaintext: Buffer.from('some text') });
  expect(reads).toEqual(['keys.get', 'keys.material']);
  expect(reads).toHaveLength(stackFacts.readsPerCall);
});

const hoursOf: Readonly<Record<string, number>> = { minute: 1 / 60, hour: 1, day: 24 };

const runsPerHour = (expression: string): number => {
  if (/^cron\(\d+ \* \* \* \? \*\)$/.test(expression)) return 1;
  const [, amount = '', unit = ''] = /^rate\((\d+) (minute|hour|day)s?\)$/.exec(expression) ?? [];
  return 1 / (Number(amount) * (hoursOf[unit] ?? Number.NaN));
};
