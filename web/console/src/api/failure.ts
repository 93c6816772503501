import type { components } from './schema';

export type Problem = components['schemas']['Problem'];
export type ProblemCode = components['schemas']['ProblemCode'];

/** Why a call did not work: what the API says (RFC 9457), or that it could not be reached. */
export class Failure extends Error {
  override readonly name = 'Failure';

  constructor(
    /** `unreachable` when no answer came; `unreadable` when it was no answer of the API. */
    readonly code: ProblemCode | 'unreachable' | 'unreadable',
    readonly title: string,
    readonly detail: string,
    readonly status: number,
    /** What is wrong with each field of the body, under the name it has there. */
    readonly fields: Readonly<Record<string, string>> = {},
  ) {
    super(`${code}: ${detail}`);
  }

  /** Somebody else changed the thing meanwhile: read it again before writing. */
  get stale(): boolean {
    return this.code === 'stale';
  }

  static of(problem: Problem): Failure {
    const fields: Record<string, string> = {};
    for (const { field, detail } of problem.errors ?? []) fields[field] ??= detail;
    return new Failure(problem.code, problem.title, problem.detail, problem.status, fields);
  }
}
