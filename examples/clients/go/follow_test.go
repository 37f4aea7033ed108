package main

import (
	"context"
	"fmt"
	"io"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"google.golang.org/genproto/googleapis/rpc/errdetails"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/types/known/durationpb"

	eventsv1 "sekisho.example/clients/go/gen/events/v1"
)

var (
	expired = refusal(codes.Unauthenticated, "ACCESS_TOKEN_EXPIRED")
	invalid = refusal(codes.Unauthenticated, "ACCESS_TOKEN_INVALID")
)

// When the clock of each test begins.
var start = time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC)

// How many events there are while three tokens live.
const many = int(3 * lifetime / time.Second)

// What came of following: how many events were shown until it ended by itself, or there were enough.
type outcome struct {
	shown, calls, requests int
	code                   codes.Code
}

func following(t *testing.T, issuer *issuer, answer func(call int) answer) (found outcome) {
	synctest.Test(t, func(t *testing.T) {
		server := &scripted{answer: answer, begun: time.Now()}
		follower := &follower{client: server, tokens: issuer.tokens(), ending: true}
		last := follower.follow(t.Context(), func(event *eventsv1.Event) bool {
			found.shown++
			if event.Number != uint64(found.shown) {
				t.Errorf("event %d after %d", event.Number, found.shown-1)
			}
			return found.shown < many
		})
		if last != nil {
			found.code = status.Code(last.err)
		}
		if found.shown == 0 && time.Since(server.begun) > time.Minute {
			t.Error("it took longer than a minute to give up")
		}
		found.calls, found.requests = server.calls, issuer.requests
	})
	return found
}

// always is a server that answers each call alike.
func always(each answer) func(int) answer {
	return func(int) answer { return each }
}

func TestStreamsThatLast(t *testing.T) {
	lasting := answer{head: head(0), ends: time.Hour}
	inTurn := func(answers ...answer) func(int) answer {
		return func(call int) answer { return append(answers, lasting)[min(call-1, len(answers))] }
	}
	for name, each := range map[string]struct {
		answer          func(call int) answer
		calls, requests int
	}{
		"renewed before they end":        {always(answer{head(lifetime), lifetime, expired}), 4, 4},
		"reopened after they have ended": {always(answer{head(0), lifetime, expired}), 3, 3},
		"key withdrawn":                  {inTurn(answer{head(0), time.Minute, invalid}), 2, 2},
		"connection lost":                {inTurn(answer{head(0), time.Minute, status.Error(codes.Unavailable, "")}), 2, 1},
		"ended by the server":            {inTurn(answer{head(0), time.Minute, io.EOF}), 2, 1},
		"one token refused":              {inTurn(answer{with: invalid}), 2, 2},
		"no connection for a while":      {inTurn(answer{with: status.Error(codes.Unavailable, "")}, answer{with: status.Error(codes.Unavailable, "")}), 3, 1},
		// No row of refusals.
		"one token refused, and one later": {inTurn(answer{with: invalid}, answer{head(lifetime), lifetime, expired}, answer{with: invalid}), 4, 4},
		"renewed in vain": {func(int) answer {
			if left := time.Until(start.Add(100 * time.Second)); left > 0 {
				return answer{head(left), left, expired} // whichever token is shown
			}
			return lasting
		}, 3, 3},
	} {
		t.Run(name, func(t *testing.T) {
			found := following(t, &issuer{}, each.answer)
			if want := (outcome{shown: many, calls: each.calls, requests: each.requests}); found != want {
				t.Errorf("found %+v, and not %+v", found, want)
			}
		})
	}
}

func TestAStreamIsNotOpenedBeforeTheServerWantsIt(t *testing.T) {
	busy, err := status.New(codes.Unavailable, "").WithDetails(&errdetails.RetryInfo{RetryDelay: durationpb.New(30 * time.Second)})
	if err != nil {
		t.Fatal(err)
	}
	var opened []time.Duration
	following(t, &issuer{}, func(call int) answer {
		opened = append(opened, time.Since(start))
		if call == 3 {
			return answer{head: head(0), ends: time.Hour}
		}
		return answer{with: busy.Err()}
	})
	if want := []time.Duration{0, 30 * time.Second, time.Minute}; !slices.Equal(opened, want) {
		t.Errorf("opened at %v, and not at %v", opened, want)
	}
}

func TestAStreamGoesOnToItsEndThatNoOtherFollows(t *testing.T) {
	for name, refused := range map[string]error{
		"no token accepted": invalid,
		"scope lacking":     refusal(codes.PermissionDenied, "ACCESS_TOKEN_SCOPE_INSUFFICIENT"),
	} {
		t.Run(name, func(t *testing.T) {
			found := following(t, &issuer{}, func(call int) answer {
				if call == 1 {
					return answer{head(lifetime), lifetime, expired}
				}
				return answer{with: refused}
			})
			if want := int(lifetime / time.Second); found.shown != want || found.code != status.Code(refused) {
				t.Errorf("%d events, and then %s", found.shown, found.code)
			}
		})
	}
}

func TestWhoeverCancelsNeedNotWait(t *testing.T) {
	for name, each := range map[string]answer{
		"a stream is there": {head: head(0), ends: time.Hour},
		"none is there":     {with: status.Error(codes.Unavailable, "")},
	} {
		for _, after := range []time.Duration{2500 * time.Millisecond, 2 * time.Second} { // or while an event comes
			t.Run(fmt.Sprint(name, " for ", after), func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					ctx, cancel := context.WithCancel(t.Context())
					time.AfterFunc(after, cancel)
					follower := &follower{client: &scripted{answer: always(each), begun: start}, tokens: (&issuer{}).tokens()}
					last := follower.follow(ctx, func(*eventsv1.Event) bool { return true })
					if waited := time.Since(start); waited != after || status.Code(last.err) != codes.Canceled {
						t.Errorf("%v after %v", last.err, waited)
					}
				})
			})
		}
	}
}

func TestAStreamThatIsClosedEndsWithAReason(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		server := &scripted{answer: always(answer{head: head(0), ends: time.Hour}), begun: start}
		opened := (&follower{client: server}).open(ctx, time.Time{}, 0)
		time.Sleep(2 * time.Second)
		cancel() // while nobody takes the event that has come
		synctest.Wait()
		if _, more := <-opened.events; more || status.Code(opened.err) != codes.Canceled {
			t.Error(more, opened.err)
		}
	})
}

func TestNoLoopAgainstARefusal(t *testing.T) {
	for name, each := range map[string]struct {
		answer answer
		want   outcome
	}{
		"no token accepted":      {answer{with: invalid}, outcome{calls: 2, requests: 2, code: codes.Unauthenticated}},
		"granted, and ended":     {answer{head: head(0), with: expired}, outcome{calls: 2, requests: 2, code: codes.Unauthenticated}},
		"no credentials arrived": {answer{with: refusal(codes.Unauthenticated, "CREDENTIALS_MISSING")}, outcome{calls: 1, requests: 1, code: codes.Unauthenticated}},
		"scope lacking":          {answer{with: refusal(codes.PermissionDenied, "ACCESS_TOKEN_SCOPE_INSUFFICIENT")}, outcome{calls: 1, requests: 1, code: codes.PermissionDenied}},
		"marker too old":         {answer{with: status.Error(codes.OutOfRange, "")}, outcome{calls: 1, requests: 1, code: codes.OutOfRange}},
		"no connection":          {answer{with: status.Error(codes.Unavailable, "")}, outcome{calls: patience, requests: 1, code: codes.Unavailable}},
	} {
		t.Run(name, func(t *testing.T) {
			if found := following(t, &issuer{}, always(each.answer)); found != each.want {
				t.Errorf("found %+v, and not %+v", found, each.want)
			}
		})
	}
}

func TestAnIssuerThatGivesNoToken(t *testing.T) {
	for refuses, want := range map[int]outcome{
		401: {requests: 1, code: codes.Unauthenticated},
		429: {requests: patience, code: codes.Unavailable},
		503: {requests: patience, code: codes.Unavailable},
	} {
		if found := following(t, &issuer{refuses: refuses}, always(answer{})); found != want {
			t.Errorf("%d: found %+v, and not %+v", refuses, found, want)
		}
	}
}
