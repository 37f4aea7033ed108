package main

import (
	"io"
	"testing"
	"testing/synctest"
	"time"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

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
