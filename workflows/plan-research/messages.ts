import type { ResearchPlan } from '../../src/contracts/activities/research.ts';
import type { PlanResearchInput } from '../../src/contracts/schemas/workflow-inputs.ts';

export type { PlanResearchInput, ResearchPlan };
