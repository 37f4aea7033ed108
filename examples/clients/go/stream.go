package main

import (
	"context"
	"fmt"

	"google.golang.org/grpc"

	eventsv1 "sekisho.example/clients/go/gen/events/v1"
)

// stream shows events until the server ends it, as it does when the token expires.
func stream(ctx context.Context, conn *grpc.ClientConn, options ...grpc.CallOption) (string, error) {
	events, err := eventsv1.NewEventsClient(conn).Follow(ctx, &eventsv1.FollowRequest{}, options...)
	if err != nil {
		return "", err
	}
	for {
		event, err := events.Recv()
		if err != nil {
			return "", err
		}
		fmt.Printf("%d: %s\n", event.Number, event.Text)
	}
}
