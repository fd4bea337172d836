import { isRegion } from '../../core/model/arn.ts';
import { KmsError } from '../../core/model/errors.ts';
import { isObject, readMembers } from '../../core/model/read-shape.ts';
import { grantTokens, type InputOf, keyId, list, optional, structure, text, textMap } from '../../core/model/shapes.ts';
import { violations } from '../../core/model/violations.ts';
import { simulate } from '../../lambdas/pipeline/simulate.ts';
import { profileName } from '../credentials-lines.ts';
import { defaultRegion } from '../default-region.ts';
import type { Principal, Principals } from '../principals.ts';
import { callerFrom, type Region } from '../regions.ts';
import { type ControlEndpoint, ControlError } from './endpoint.ts';
import { assumedFor, callerVia, inputFor, operationFor } from './simulated-call.ts';

const name = () => text({ min: 1, max: 2048 });

const question = {
  /** An ARN, or what `env` calls a profile. */
  principal: name(),
  /** `kms:Encrypt` */
  action: name(),
  /** As a call may name it. */
  key: optional(keyId()),
  /** For the operations on aliases. */
  alias: optional(name()),
  region: optional(name()),
  context: optional(textMap()),
  grantTokens: grantTokens(),
  /** What the request would carry besides, or instead. */
  conditions: optional(list(structure({ name: name(), values: list(text({})) }))),
  /** `s3`, or `s3.us-east-1.amazonaws.com`: the AWS service through which the call would come. */
  via: optional(name()),
};

export type Question = InputOf<typeof question>;

/**
 * Answers whether a principal may do something, and why, without doing it: `{"allowed":…,"reasons":[…],"keys":[…],…}`.
 * It leaves no audit record, as it is no call of the KMS API.
 */
export const newSimulate =
  (principals: Principals, regionNamed: (name: string) => Region): ControlEndpoint =>
  async (body) => {
    try {
      const asked = readQuestion(body);
      const { region = defaultRegion, action } = asked;
      if (!isRegion(region)) throw new ControlError(`${region} is not the name of a Region`);
      const principal = principalNamed(principals.all(), asked.principal);
      const operation = operationFor(action);
      const caller = callerVia(callerFrom(principal), asked.via, region);
      const call = { caller, input: inputFor(operation, asked), assumed: assumedFor(asked) };
      const { runtime, ready } = regionNamed(region);
      await ready();
      return { ...(await simulate(runtime, operation, call)), principal: principal.arn, action, region };
    } catch (error) {
      if (error instanceof KmsError && error.status < 500) throw new ControlError(error.message || error.name);
      throw error;
    }
  };

const readQuestion = (body: unknown): Question => {
  if (!isObject(body)) throw new ControlError('The request body must be a JSON object');
  const unknown = Object.keys(body).find((member) => !Object.hasOwn(question, member));
  if (unknown !== undefined) throw new ControlError(`There is no member ${unknown}`);
  const read = readMembers(question, body);
  const message = violations(question, read);
  if (message !== undefined) throw new ControlError(message);
  return read as Question; // read and judged by these very shapes
};

const principalNamed = (all: readonly Principal[], wanted: string): Principal => {
  const found = all.filter((one) =>
    [one.arn, profileName(one), `${one.accountId}/${profileName(one)}`].includes(wanted),
  );
  const [principal, ...others] = found;
  if (principal !== undefined && others.length === 0) return principal;
  const sessions = all.filter(({ issuer }) => issuer?.arn === wanted).map(({ arn }) => arn);
  if (sessions.length > 0) throw new ControlError(`${wanted} acts in sessions; ask for one: ${sessions.join(', ')}`);
  const choice = (others.length > 0 ? found : all).map(({ arn }) => arn).join(', ');
  throw new ControlError(
    `${others.length > 0 ? 'Several principals are' : 'No principal is'} ${wanted}; choose from ${choice}`,
  );
};
