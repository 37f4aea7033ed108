package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"strconv"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/status"

	eventsv1 "sekisho.example/clients/go/gen/events/v1"
)

const (
	// How long a server may take to begin its answer.
	headWithin = 10 * time.Second
	// How long before its end a stream is followed by the next, at least; of one that ends soon, a fifth of its time.
	margin = 30 * time.Second
)

// A feed is one stream of events, or the reason why there is none.
type feed struct {
	opened  time.Time            // when the server was asked for it
	granted time.Time            // when its answer began; zero where it was refused
	events  chan *eventsv1.Event // closed at its end
	ends    time.Time            // when the server ends it; zero where nobody knows
	expires <-chan time.Time     // tells some time before that
	close   context.CancelFunc

	brought bool // whether there was an event
	err     error
	trailer metadata.MD
}

// The feed that stands for none: nothing ever comes of it.
var none = &feed{close: func() {}}

// follows shows events, as many as SEKISHO_EVENTS says, and returns whether there were as many.
func follows(conn *grpc.ClientConn, tokens *tokens) bool {
	wanted, err := strconv.Atoi(cmp.Or(os.Getenv("SEKISHO_EVENTS"), "0"))
	if err != nil {
		fmt.Fprintln(os.Stderr, "SEKISHO_EVENTS:", err)
		return false
	}
	shown := 0
	follower := follower{
		client: eventsv1.NewEventsClient(conn),
		tokens: tokens,
		ending: os.Getenv("SEKISHO_RENEWAL") != "after",
	}
	last := follower.follow(context.Background(), func(event *eventsv1.Event) bool {
		fmt.Printf("%d: %s\n", event.Number, event.Text)
		shown++
		return shown != wanted
	})
	if last != nil {
		printRefusal("follow", last.err, last.trailer)
		return false
	}
	fmt.Printf("follow: OK %d events\n", shown)
	return true
}

// opening opens a feed after a while, beside all else.
func (f *follower) opening(ctx context.Context, wait time.Duration) <-chan *feed {
	next := make(chan *feed, 1)
	spent, last := f.spent, f.last
	time.AfterFunc(wait, func() { next <- f.open(ctx, spent, last) })
	return next
}

// open returns once the server has granted the stream, or refused it.
func (f *follower) open(ctx context.Context, spent time.Time, last uint64) *feed {
	if f.tokens != nil {
		if _, err := f.tokens.newerThan(ctx, spent); err != nil {
			return &feed{err: noToken(err)}
		}
	}
	ctx, cancel := context.WithCancel(ctx)
	opened := &feed{opened: time.Now(), events: make(chan *eventsv1.Event), close: cancel}
	head := time.AfterFunc(headWithin, cancel)
	stream, err := f.client.Follow(ctx, &eventsv1.FollowRequest{After: last})
	if err != nil {
		cancel()
		return &feed{opened: opened.opened, err: err}
	}
	header, err := stream.Header()
	head.Stop()
	if header == nil && err == nil {
		_, err = stream.Recv() // there is no head: this is the answer, and all of it
	}
	if err != nil {
		cancel()
		return &feed{opened: opened.opened, err: err, trailer: stream.Trailer()}
	}
	opened.granted = time.Now()
	if left := f.endsIn(header); left > 0 {
		opened.ends = opened.granted.Add(left)
		opened.expires = time.After(beforeTheEnd(left))
	}
	go opened.receive(ctx, stream)
	return opened
}

// receive takes what comes, until the stream ends.
func (feed *feed) receive(ctx context.Context, stream grpc.ServerStreamingClient[eventsv1.Event]) {
	defer close(feed.events)
	for {
		event, err := stream.Recv()
		if err != nil {
			feed.end(err, stream.Trailer())
			return
		}
		select {
		case feed.events <- event:
		case <-ctx.Done():
			feed.end(status.FromContextError(ctx.Err()).Err(), nil)
			return
		}
	}
}

func (feed *feed) end(err error, trailer metadata.MD) {
	if errors.Is(err, io.EOF) {
		err = status.Error(codes.Unavailable, "The server has ended the stream")
	}
	feed.err, feed.trailer = err, trailer
}

// stood tells whether it was more than a refusal.
func (feed *feed) stood() bool {
	return feed.brought || !feed.granted.IsZero() && time.Since(feed.granted) > pause
}

// endsIn returns in how long the server ends the stream, as its head says; 0 where that is not known, or not to be looked at.
func (f *follower) endsIn(header metadata.MD) time.Duration {
	told := header.Get("sekisho-expires-in")
	if len(told) == 0 || !f.ending || f.tokens == nil {
		return 0
	}
	seconds, err := strconv.Atoi(told[0])
	if err != nil {
		return 0
	}
	return time.Duration(seconds) * time.Second
}

// beforeTheEnd returns when to open the next stream. Not all clients at once, and not at once in any case.
func beforeTheEnd(left time.Duration) time.Duration {
	before := min(margin, left/5)
	return max(pause, left-before-rand.N(before+1))
}
