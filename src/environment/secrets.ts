/** What must not be told: credentials in addresses. Owns how they are recognised in any text that leaves this library. */

/** User names and passwords stand before the last @ of an address's host part; a password may itself hold an @. */
const USER_INFO = /(\b[a-z][a-z0-9+.-]*:\/\/)[^\s/'"<>]*@/gi;
/** A password that holds a slash, which should have been written %2F; a number before the slash is a port. Bounded: text may be long. */
const UNESCAPED_PASSWORD = /(\b[a-z][a-z0-9+.-]{0,20}:\/\/)[^\s/:@'"<>]{1,200}:(?!\d+\/)[^\s'"<>@]{1,200}@/gi;
/** Signed and token addresses carry their secret as a parameter. */
const SECRET_PARAMETER = /([?&](?:[\w-]*(?:token|key|secret|password|signature|sig|auth|credential)[\w-]*)=)[^&\s#'"]+/gi;

/**
 * Hides user names, passwords and tokens in the addresses of a text.
 *
 * @returns the text, with `***` in their place
 */
export function maskSecrets(text: string): string {
  return text.replace(UNESCAPED_PASSWORD, '$1***@').replace(USER_INFO, '$1***@').replace(SECRET_PARAMETER, '$1***');
}
