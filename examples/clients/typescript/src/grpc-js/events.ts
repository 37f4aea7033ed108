// A server stream, for as long as the access token lives.
import { Metadata, type CallOptions } from '@grpc/grpc-js';
import { EventsClient, type Event } from '../../gen/grpc-js/events/v1/events.js';

export { EventsClient };

export async function stream(client: EventsClient, options: CallOptions): Promise<string> {
  const events: AsyncIterable<Event> = client.follow({ after: 0 }, new Metadata(), options);
  for await (const { number, text } of events) console.log(`${number}: ${text}`);
  return 'no more events';
}
