// What Doorward tells every client of itself (OpenID Connect Discovery section 4).
import { at } from '../../api/base';
import { Failure } from '../../api/failure';
import { t } from '../../strings';

const PATH = '/.well-known/openid-configuration';

export interface Discovery {
  issuer: string;
  authorization_endpoint: string;
  token_endpoint: string;
  userinfo_endpoint: string;
  url: string;
}

/** Public, and of our own origin. */
export async function discovery(signal: AbortSignal): Promise<Discovery> {
  const answer = await fetch(at(PATH), { signal });
  if (!answer.ok) {
    const { title, detail } = t.failures.unreadable;
    throw new Failure('unreadable', title, detail, answer.status);
  }
  const found = (await answer.json()) as Discovery;
  return { ...found, url: found.issuer + PATH };
}
