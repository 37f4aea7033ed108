// Tells of each call that would be refused if the rule of its method were enforced.
import { InterceptingCall, type Interceptor } from '@grpc/grpc-js';

// snippet: begin
export const warnings: Interceptor = (options, next) =>
  new InterceptingCall(next(options), {
    start: (metadata, _listener, start) =>
      start(metadata, {
        // Of head and trailers, whichever the status came in.
        onReceiveStatus: (status, receive) => {
          for (const reason of status.metadata.get('sekisho-would-deny')) {
            console.error(`warning: ${options.method_definition.path} would be refused: ${reason}`);
          }
          receive(status);
        },
      }),
  });
// snippet: end
