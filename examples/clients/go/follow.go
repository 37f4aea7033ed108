package main

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"time"

	"google.golang.org/genproto/googleapis/rpc/code"
	"google.golang.org/genproto/googleapis/rpc/errdetails"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	eventsv1 "sekisho.example/clients/go/gen/events/v1"
)

const (
	// The least that is waited for before a stream is opened after one that has ended; twice as much after each failure.
	pause = time.Second
	// How often in a row the connection may fail.
	patience = 5
)

// A follower shows the events of streams that take turns, each event once.
type follower struct {
	client eventsv1.EventsClient
	tokens *tokens // nil where the token is one that cannot be renewed
	ending bool    // whether to look at when the server is to end a stream

	last     uint64    // the number of the last event that was shown
	spent    time.Time // tokens that were fetched before are not to be used again
	refusals int       // how often in a row a stream was refused that had brought nothing
	failures int       // how often in a row there was no stream for other reasons
}

// snippet: begin

// follow shows events until show returns false, or returns the feed that was the last, with the reason.
func (f *follower) follow(ctx context.Context, show func(*eventsv1.Event) bool) *feed {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	current, next := none, f.opening(ctx, 0)
	for {
		select {
		case <-ctx.Done():
			return &feed{err: status.FromContextError(ctx.Err()).Err()}
		case <-current.expires: // soon: there is time to fetch a token, and to open the next stream
			f.spent = current.opened
			next = f.opening(ctx, 0)
		case opened := <-next:
			next = nil
			if !opened.granted.IsZero() {
				current = f.replaced(current, opened)
			} else if wait, again := f.after(opened, current == none); again {
				next = f.opening(ctx, wait)
			} else if current == none {
				return opened
			} // the stream that is there goes on to its end
		case event, more := <-current.events:
			if !more {
				ended := current
				current = none
				wait, again := f.after(ended, next == nil)
				if !again {
					return ended
				}
				if next == nil {
					next = f.opening(ctx, wait)
				}
			} else if f.isNew(current, event) && !show(event) {
				return nil
			}
		}
	}
}

// replaced closes the stream before one that was granted.
func (f *follower) replaced(current, opened *feed) *feed {
	if !opened.ends.After(current.ends.Add(pause)) {
		opened.expires = nil // the issuer has no other token yet: nothing is gained before the end
	}
	if current.stood() {
		f.refusals, f.failures = 0, 0
	}
	current.close()
	return opened
}

// isNew tells whether the stream before has not brought the event too.
func (f *follower) isNew(current *feed, event *eventsv1.Event) bool {
	if !current.brought {
		current.brought = true
		f.refusals, f.failures = 0, 0
	}
	if event.Number <= f.last {
		return false
	}
	f.last = event.Number
	return true
}

// after tells whether a stream is to be opened after this one, and how long to wait before.
func (f *follower) after(ended *feed, alone bool) (wait time.Duration, again bool) {
	if ended.stood() {
		f.refusals, f.failures = 0, 0
	}
	refusal := status.Convert(ended.err)
	switch refusal.Code() {
	case codes.Unauthenticated:
		if !ended.stood() {
			f.refusals++
		}
		f.spent = ended.opened
		again = f.tokens != nil && f.refusals < 2 && isOfToken(refusal)
		wait = jittered(pause)
	case codes.Unavailable, codes.Internal, codes.Unknown, codes.Canceled:
		f.failures = min(f.failures+1, patience)
		again = f.failures < patience || !alone
		wait = jittered(pause << (f.failures - 1))
	} // any other has been understood by the server, which would say the same again
	wait = max(wait, retryInfo(refusal).GetRetryDelay().AsDuration()) // as the server wants it
	if again {
		fmt.Fprintf(os.Stderr, "again after %d: %s %s\n", f.last, code.Code(refusal.Code()), refusal.Message())
	}
	return wait, again
}

// snippet: end

// isOfToken tells whether it is the token that was refused, and not how it was sent.
func isOfToken(refusal *status.Status) bool {
	for _, detail := range refusal.Details() {
		if info, ok := detail.(*errdetails.ErrorInfo); ok && info.Domain == "sekisho" {
			return info.Reason == "ACCESS_TOKEN_EXPIRED" || info.Reason == "ACCESS_TOKEN_INVALID"
		}
	}
	return false
}

// jittered returns at least half of it: clients whose streams end together are not to come back together.
func jittered(wait time.Duration) time.Duration {
	return wait/2 + rand.N(wait/2)
}
