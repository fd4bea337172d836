/** A policy as AWS prints it: two blanks deep, a blank on either side of each colon, lists on the line of their name. */
export const policyText = (value: unknown, indent = ''): string => {
  if (Array.isArray(value)) return `[ ${value.map((each) => policyText(each, indent)).join(', ')} ]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const inner = `${indent}  `;
  const members = Object.entries(value).map(
    ([name, member]) => `${inner}${JSON.stringify(name)} : ${policyText(member, inner)}`,
  );
  return `{\n${members.join(',\n')}\n${indent}}`;
};
