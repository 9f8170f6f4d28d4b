/** The advice where an installer did not get what it asked the network for. Owns these rules, and what was fetched and is no package. */

import { firstGroup, type HintRule } from './hint-rule';

const WITHOUT_NETWORK =
  'Without a network, `offline: true` installs from what uv has fetched before, and `wheelhouse` from a folder of wheels';

/** The index, as far as it is told: pip names it only if it is not the usual one. */
function indexIn(output: string): string {
  const address =
    /Failed to fetch: '?(https?:\/\/[^/\s']+)/.exec(output)?.[1] ??
    /(?:Looking in indexes: |An index(?: URL)? \()(https?:\/\/[^\s,)]+)/.exec(output)?.[1];
  return address ? `The package index ${address}` : 'The package index';
}

function reasonIn(output: string): string {
  if (/dns error|Name or service not known|name resolution|Failed to resolve|getaddrinfo failed|nodename nor servname/i.test(output)) {
    return 'nobody knows its name here';
  }
  if (/Connection refused|actively refused/i.test(output)) return 'nothing answers there';
  return /timed out/i.test(output) ? 'it did not answer in time' : 'the connection failed';
}

export const NETWORK_RULES: readonly HintRule[] = [
  {
    pattern: /CERTIFICATE_VERIFY_FAILED|invalid peer certificate|certificate verify failed/i,
    hint: (_, output) =>
      `${indexIn(output)} shows a certificate that is not trusted here, as behind the proxy of a company: name the file of its certificates in SSL_CERT_FILE and PIP_CERT, as in NODE_EXTRA_CA_CERTS for Node.js; UV_SYSTEM_CERTS=1 makes uv trust what the system trusts.`,
  },
  {
    pattern: /407 Proxy Authentication|proxy authorization required/i,
    hint: 'The proxy wants a login: write it into the proxy variables, as in HTTPS_PROXY=http://name:password@host:port.',
  },
  {
    pattern: /tunnel error|Cannot connect to proxy|ProxyError/i,
    hint: 'The proxy does not answer: correct HTTPS_PROXY, HTTP_PROXY or ALL_PROXY, or unset them if there is none; NO_PROXY names hosts to reach without it.',
  },
  {
    pattern: /401 Unauthorized|403 Forbidden|HTTP error 40[13] while/i,
    hint: (_, output) =>
      `${indexIn(output)} wants a login: write it into the address of the index (https://name:password@host/simple, in UV_DEFAULT_INDEX or PIP_INDEX_URL) or into the file .netrc of this user.`,
  },
  {
    pattern:
      /HTTP status server error \((\d+[^)]*)\)|status client error \((429[^)]*)\)|HTTP error (5\d\d|429) while|too many (5\d\d|429) error responses/i,
    hint: (found, output) => `${indexIn(output)} answered ${firstGroup(found)}: the trouble is there, so run it again later.`,
  },
  {
    pattern: /HTTP error 404 while getting (\S+)|status client error \(404 [^)]*\) for url \((\S+)\)/i,
    hint: (found) =>
      `There is no file at ${firstGroup(found)}: if the requirements name this address, correct it; if not, the index lists a file that it lacks, as a mirror does while it is renewed.`,
  },
  {
    pattern: /due to network timeout|exceptions\.ReadTimeoutError: /i,
    hint: 'A download stood still for too long: run it again, and what is complete is not fetched anew. A slow network needs more patience: UV_HTTP_TIMEOUT or PIP_DEFAULT_TIMEOUT, in seconds.',
  },
  {
    pattern: /incomplete-download|IncompleteRead|error decoding response body|Connection reset by peer|ConnectionResetError/i,
    hint: 'A download broke off before its end: run it again, and what is complete is not fetched anew.',
  },
  {
    pattern: /(\S+) was not found in the cache|network was disabled/i,
    hint: ([, name]) =>
      `${name ?? 'A package'} was never fetched on this machine, and offline forbids to fetch it: run it once without offline, or keep its wheel in a folder and name that with the wheelhouse option.`,
  },
  {
    pattern:
      /Wheel '([^']+)' located at \S+ is invalid|structure of '([^']+)' .{0,20}was invalid|Failed to (?:extract|read)[^:]*: (\S+?\.(?:whl|zip|tar\.\w+))|BadZipFile|end of central directory|not a gzip file|Invalid (?:gzip|tar|zip)|File is not a zip file|zlib\.error/i,
    hint: (found) =>
      `The file of ${firstGroup(found) ?? 'a package'} is damaged or no package at all, as when a proxy answers with a page: run it again, after uv cache clean or pip cache purge, and open its address in a browser if that does not help.`,
  },
  {
    pattern:
      /error sending request|dns error|tcp connect error|operation timed out|Retry\(total=0|Max retries exceeded|Failed to establish a new connection|NameResolutionError/i,
    hint: (_, output) =>
      `${indexIn(output)} cannot be reached (${reasonIn(output)}): check the network, the address and the proxy variables. ${WITHOUT_NETWORK}.`,
  },
];
