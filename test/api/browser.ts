import type { InjectOptions, LightMyRequestResponse } from 'fastify';
import { type ApiStand, PASSWORD } from './api-stand.ts';

/** A browser that is logged in: its cookies, and the proof that its page carries. */
export interface Browser {
  readonly cookies: Record<string, string>;
  readonly csrfToken: string;
  call(request: InjectOptions): Promise<LightMyRequestResponse>;
}

export async function logIn(api: ApiStand, name: string, password = PASSWORD): Promise<Browser> {
  const answer = await api.call({ method: 'POST', url: '/api/v1/login', payload: { name, password } });
  if (answer.statusCode !== 200) throw new Error(`no login: ${answer.body}`);
  const cookies = Object.fromEntries(answer.cookies.map(({ name: cookie, value }) => [cookie, value]));
  const { csrfToken } = answer.json<{ csrfToken: string }>();
  return {
    ...{ cookies, csrfToken },
    call: (request) => api.call({ ...request, cookies, headers: { 'x-folios-csrf': csrfToken, ...request.headers } }),
  };
}
