import { readEndpointPolicy } from '../endpoint-policy.ts';
import { principalsIn, readPrincipals } from '../principals.ts';
import type { SharedFacts } from './messages.ts';

/** The shared facts as a front knows them. */
export type KnownFacts = ReturnType<typeof newKnownFacts>;

export const newKnownFacts = (told: SharedFacts) => {
  let { offsetMs } = told;
  let principals = { text: told.principals, value: readPrincipals(told.principals) };
  let endpoint = { text: told.endpointPolicy, value: readEndpoint(told.endpointPolicy) };
  return {
    know(facts: SharedFacts): void {
      offsetMs = facts.offsetMs;
      const { principals: text, endpointPolicy } = facts;
      if (text !== principals.text) principals = { text, value: readPrincipals(text) };
      if (endpointPolicy !== endpoint.text) endpoint = { text: endpointPolicy, value: readEndpoint(endpointPolicy) };
    },
    now: () => new Date(Date.now() + offsetMs),
    principals: principalsIn(() => principals.value),
    endpointPolicy: () => endpoint.value,
  };
};

const readEndpoint = (text: string | undefined) => (text === undefined ? undefined : readEndpointPolicy(text));
