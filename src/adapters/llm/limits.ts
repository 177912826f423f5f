import { FoliosError } from '../../contracts/errors.ts';

/** Results beyond this are refused while they are read, before they fill the worker's memory. */
export const MAX_RESULT_BYTES = 64 * 1024 * 1024;

/** The longest answer to one question; a valid one has a few kilobytes. */
export const MAX_ANSWER_BYTES = 2 * 1024 * 1024;

/** ANSWER_TOO_LARGE for a response that grew past `limitBytes`. */
export function resultTooLarge(limitBytes: number): FoliosError {
  return new FoliosError('ANSWER_TOO_LARGE', `the provider's response is larger than ${limitBytes} bytes`, {
    limitBytes,
  });
}

/** Returns the answer text; ANSWER_TOO_LARGE beyond MAX_ANSWER_BYTES in UTF-8. */
export function boundedAnswer(customId: string, text: string): string {
  const bytes = Buffer.byteLength(text);
  if (bytes > MAX_ANSWER_BYTES) {
    throw new FoliosError(
      'ANSWER_TOO_LARGE',
      `the answer to ${customId} has ${bytes} bytes; folios accepts ${MAX_ANSWER_BYTES}`,
      { customId, bytes, limitBytes: MAX_ANSWER_BYTES },
    );
  }
  return text;
}
