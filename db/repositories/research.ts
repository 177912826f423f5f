import type { Kysely, Transaction } from 'kysely';
import type { ResearchRepository } from '../../src/ports/repositories.ts';
import { lockSessionOf } from '../connection.ts';
import { withTranslatedErrors } from '../database-error.ts';
import type { DB } from '../schema.gen.ts';
import { enqueueTasks } from './enqueue.ts';
import { commitIntent, findIntent, findRound, isClaimed, markAttempt, recordSubmission } from './submissions.ts';
import {
  listArtifacts,
  listPolls,
  listRecommendations,
  recordArtifacts,
  recordPoll,
  saveRecommendations,
} from './task-records.ts';
import { findTask, listTasks, lockTask, transitionTask } from './tasks.ts';

/** Binds the research port to a database. */
export function createResearchRepository(db: Kysely<DB>): ResearchRepository {
  const inTransaction = <T>(work: (trx: Transaction<DB>) => Promise<T>) => db.transaction().execute(work);
  const locks = lockSessionOf(db);
  const repository = withTranslatedErrors<Omit<ResearchRepository, 'withLock'>>({
    enqueue: (command) => inTransaction((trx) => enqueueTasks(trx, command)),
    findTask: (taskId) => findTask(db, taskId),
    listTasks: (filter) => listTasks(db, filter),
    listPolls: (taskId) => listPolls(db, taskId),
    transition: (taskId, event, facts) =>
      inTransaction(async (trx) => transitionTask(trx, await lockTask(trx, taskId), event, facts)),
    commitIntent: (intent, event) => inTransaction((trx) => commitIntent(trx, intent, event)),
    findIntent: (taskId, round) => findIntent(db, taskId, round),
    findRound: (taskId, round) => findRound(db, taskId, round),
    markAttempt: (taskId, round, at) => markAttempt(db, taskId, round, at),
    recordSubmission: (taskId, round, id, at) =>
      inTransaction((trx) => recordSubmission(trx, { taskId, round, providerJobId: id, at })),
    isClaimed: (provider, providerJobId, exceptTaskId) => isClaimed(db, provider, providerJobId, exceptTaskId),
    recordPoll: (taskId, poll) => recordPoll(db, taskId, poll),
    recordArtifacts: (artifacts) => recordArtifacts(db, artifacts),
    listArtifacts: (taskId) => listArtifacts(db, taskId),
    saveRecommendations: (taskId, all, at) => inTransaction((trx) => saveRecommendations(trx, taskId, all, at)),
    listRecommendations: (taskId) => listRecommendations(db, taskId),
  });
  return { ...repository, withLock: (name, work) => locks.withLock(name, work) };
}
