import { entriesOf } from '../../core/model/entries.ts';
import { KmsError } from '../../core/model/errors.ts';
import type { Members } from '../../core/model/shapes.ts';
import { violations } from '../../core/model/violations.ts';
import type { Operation } from '../operation.ts';
import type { Call } from './call.ts';
import { ignoresCiphertext } from './dry-run.ts';
import { openPage } from './pages.ts';
import type { Runtime } from './ports.ts';

/** Judges the input by itself: bounds of members first, all in one message, then what the operation says of them together. */
export const validate = (runtime: Pick<Runtime, 'region' | 'markerKey'>) => ({
  before: ({ event: call }: { event: Call }) => {
    const { operation, input } = call;
    const message = violations(membersFor(call), input);
    if (message !== undefined) throw new KmsError('ValidationException', message);
    refuseUnsupported(operation.input, input);
    operation.check?.(input, runtime.region);
    if (operation.page) call.page = openPage(call, runtime);
  },
});

/** A dry run that ignores the ciphertext needs none, but must name the key. */
const membersFor = ({ operation, input }: Call): Members => {
  if (!ignoresCiphertext(input)) return operation.input;
  const members: Record<string, Members[string]> = { ...operation.input };
  for (const { from, orIn } of Object.values(operation.keys)) {
    const [naming, ciphertext] = [members[from], orIn === undefined ? undefined : members[orIn]];
    if (orIn === undefined || naming === undefined || ciphertext === undefined) continue;
    const { optional: _, ...required } = naming;
    members[from] = required;
    members[orIn] = { ...ciphertext, optional: true };
  }
  return members;
};

const refuseUnsupported = (members: Operation['input'], input: Call['input']) => {
  for (const [name, { refused }] of entriesOf(members)) {
    if (refused !== undefined && input[name] !== undefined)
      throw new KmsError('UnsupportedOperationException', refused);
  }
};
