import type { Condition } from './condition.ts';
import type { CompiledPolicy } from './policy.ts';
import { relations } from './principals.ts';
import type { AccessRequest } from './request.ts';
import type { Statement } from './statement.ts';
import type { Lookup } from './template.ts';
import { callerName, capital, listed, place, plain, quoted } from './wording.ts';

/** Something that would allow, if it were not for one thing. */
export interface NearMiss {
  /** A clause that names condition keys but no value of the request: it may stand in a log. */
  readonly clause: string;
  /** A sentence with what was wanted and what the request has. */
  readonly detail: string;
}

/** A request as explanations need it. */
export interface Asked {
  readonly request: AccessRequest;
  readonly resource: string;
  readonly lookup: Lookup;
}

/** The Allows of a policy that are about the caller and the action, and fail all the same. */
export const nearMissesIn = (policy: CompiledPolicy | undefined, asked: Asked, index?: number): readonly NearMiss[] =>
  (policy?.statements ?? [])
    .filter(
      (statement) =>
        statement.allow &&
        statement.coversAction(asked.request.action) &&
        statement.relationTo(asked.request.principal) !== relations.none,
    )
    .flatMap((statement) => nearMissOf(statement, asked, index) ?? []);

const nearMissOf = (statement: Statement, asked: Asked, index: number | undefined): NearMiss | undefined => {
  const { ref, resources, conditions } = statement;
  const { principal, action, resource: what } = asked.request;
  const where = place(ref, callerName(principal), index);
  if (ref.malformed !== undefined) {
    return {
      clause: `${where} gives nothing, as it is malformed`,
      detail: `${capital(where)} is malformed: ${plain(ref.malformed)}.`,
    };
  }
  if (!statement.coversResource(asked.resource, asked.lookup)) {
    return {
      clause: `${where} allows ${action}, but not on ${what.kind === 'none' ? '"*"' : `this ${what.kind}`}`,
      detail: `${capital(where)} ${resources.length === 0 ? 'leaves out' : `is for ${listed(resources.map(plain))}, not for`} ${asked.resource}.${aliasTrap(what.kind, resources)}`,
    };
  }
  const failing = conditions.filter((condition) => !condition.holds(asked.lookup));
  if (failing.length === 0) return undefined;
  const keys = listed([...new Set(failing.map(({ key }) => plain(key)))]);
  const would =
    statement.relationTo(principal) === relations.account
      ? `would let the identity policies of account ${principal.accountId} decide on ${action}`
      : `would allow ${action}`;
  return {
    clause: `${where} ${would}, but ${failing.length === 1 ? `its condition on ${keys} does` : `its conditions on ${keys} do`} not hold`,
    detail: `${capital(where)} wants ${listed(failing.map((condition) => conditionText(condition, asked.lookup)))}.`,
  };
};

const aliasTrap = (kind: AccessRequest['resource']['kind'], resources: readonly string[]): string =>
  kind === 'key' && resources.some((text) => text.includes(':alias/'))
    ? ' The ARN of an alias in Resource never stands for its key.'
    : '';

/** The condition as a policy spells it, and what the request has for it. */
export const conditionText = ({ operator, key, values }: Condition, lookup: Lookup): string => {
  const value = lookup(key.toLowerCase());
  const wanted = `{${quoted(key)}: ${quoted(values.length === 1 ? values[0] : values)}}`;
  const actual = value === undefined ? `no ${plain(key)}` : quoted(value);
  return `${plain(operator)} ${wanted}${variablesIn(values, lookup)} (the request has ${actual})`;
};

/** What the variables in a policy's values stand for. */
const variablesIn = (values: readonly string[], lookup: Lookup): string => {
  const names = new Set(values.join(' ').match(/(?<=\$\{)[a-z0-9-]+:[^*?${}',]+/gi) ?? []);
  const texts = [...names].map((name) => {
    const value = lookup(name.trim().toLowerCase());
    return `\${${plain(name)}} is ${value === undefined ? 'absent' : quoted(value)}`;
  });
  return texts.length === 0 ? '' : `, where ${listed(texts)}`;
};
