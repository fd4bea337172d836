import { isRegion } from '../../core/model/arn.ts';
import { type CredentialScope, parseCredential } from './authorization-header.ts';
import type { Claim } from './claim.ts';
import { incomplete, invalid, type Refusal } from './refusals.ts';
import { terminator } from './signature.ts';

export const readScope = ({ credential, timestamp }: Claim, services: readonly string[]): Refusal | CredentialScope => {
  const parsed = parseCredential(credential);
  if (!parsed) {
    return incomplete('Credential must have exactly 5 slash-delimited elements, e.g. keyid/date/region/service/term.');
  }
  const { accessKeyId, date, region, service, term } = parsed;
  const day = timestamp.slice(0, 8);
  const problems: string[] = [];
  if (!isRegion(region)) problems.push(`Credential should be scoped to a valid region, not '${region}'.`);
  if (!services.includes(service)) problems.push(`Credential should be scoped to correct service: '${services[0]}'.`);
  if (term !== terminator) {
    problems.push(`Credential should be scoped with a valid terminator: '${terminator}', not '${term}'.`);
  }
  if (date !== day) {
    problems.push(
      'Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP: ' +
        `'${date}' != '${day}', from '${timestamp}'.`,
    );
  }
  return problems.length > 0 ? invalid(problems.join(' ')) : { accessKeyId, date, region, service };
};
