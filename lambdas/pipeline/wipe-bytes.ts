import type { Call } from './call.ts';

/** Plaintexts and data keys are zeroed once their call is over, however it ended. */
export const wipeBytes = () => ({
  after: ({ event }: { event: Call }) => wipeCall(event),
  onError: ({ event }: { event: Call }) => wipeCall(event),
});

const wipeCall = ({ input, output }: Call): void => {
  wipeMembers(input);
  if (output) wipeMembers(output);
};

const wipeMembers = (members: Readonly<Record<string, unknown>>): void => {
  for (const name of Object.keys(members)) {
    const value = members[name];
    if (Buffer.isBuffer(value)) value.fill(0);
  }
};
