import { styleText } from 'node:util';

type Style = Parameters<typeof styleText>[0];

/** Coloured where people look: on a terminal, without NO_COLOR. */
export const styled = (style: Style, text: string, stream: NodeJS.WriteStream = process.stdout): string =>
  styleText(style, text, { stream });

/** Of the terminal, in characters; what is piped is never too wide. */
export const widthOf = (stream: NodeJS.WriteStream = process.stdout): number => stream.columns || Infinity;
