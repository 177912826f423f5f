import { randomUUID } from 'node:crypto';
import Fastify from 'fastify';

/** What the API is measured against: the same framework, a constant answer of a page's size, and nothing else. */
const item = () => ({
  orderId: randomUUID(),
  ticketId: randomUUID(),
  accountId: randomUUID(),
  state: 'FILLED',
  symbol: 'KO',
});
const page = { items: Array.from({ length: 50 }, item), nextCursor: null };

const app = Fastify();
app.get('/api/v1/health', async () => ({ status: 'healthy' }));
app.get('/page', async () => page);
await app.listen({ host: '127.0.0.1', port: Number(process.env.FOLIOS_API_PORT) });
process.once('SIGTERM', () => void app.close());
