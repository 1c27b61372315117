package main

import (
	"cmp"
	"fmt"
	"math/rand/v2"
	"net/http"
	"slices"
	"strings"
	"time"

	"frontdesk/desk"
	"frontdesk/internal/faulty"
	"frontdesk/messenger"
	"frontdesk/store"
)

// trouble is what befalls the first reply of a round.
type trouble struct {
	name   string
	faults []faulty.Fault // of its requests, one after the other
	ends   store.DeliveryState
	wait   time.Duration // no request may come sooner after the first answer
	upload bool          // it befalls the hand-over of the file that the reply carries
	mute   bool          // no echo of the round ever comes
	asked  bool          // it befalls the questions whether the reply arrived as well
}

const (
	gatewayPage = "<!DOCTYPE html>\n<html><head><title>Error</title></head><body><h1>Something went wrong</h1></body></html>\n"
	noMessageID = `{"recipient_id":"7412000000000101"}`
	halfJSON    = `{"recipient_id":"7412000000000101","mess`
	regainSoon  = `{"109872000000101":[{"type":"messenger","call_count":104,"total_cputime":12,"total_time":18,"estimated_time_to_regain_access":0.02}]}`
)

// answers is a fault of an answer that the platform did not give.
func answers(status int, body string, passed bool, header ...string) faulty.Fault {
	f := faulty.Fault{Break: faulty.Answer, Status: status, Body: body, Passed: passed, Header: map[string]string{"Content-Type": "application/json"}}
	if strings.HasPrefix(body, "<") {
		f.Header["Content-Type"] = "text/html"
	}
	for i := 0; i+1 < len(header); i += 2 {
		f.Header[header[i]] = header[i+1]
	}
	return f
}

func refusal(code, subcode int) faulty.Fault {
	return answers(messenger.ErrorStatus(code), string(messenger.ErrorBody(code, subcode, "(#"+fmt.Sprint(code)+") no")), false)
}

// troubles are all that is tried, with what becomes of a reply if nothing else happens.
func troubles() []trouble {
	broken := func(b faulty.Break) []faulty.Fault { return []faulty.Fault{{Break: b}} }
	one := func(f faulty.Fault) []faulty.Fault { return []faulty.Fault{f} }
	all := []trouble{
		{name: "nothing", ends: store.StateSent},
		{name: "refused", faults: broken(faulty.Refuse), ends: store.StateSent},
		{name: "reset unread", faults: broken(faulty.ResetUnread), ends: store.StateUnknown},
		{name: "reset halfway", faults: broken(faulty.ResetHalfway), ends: store.StateUnknown},
		{name: "cut, not passed on", faults: broken(faulty.CutUnpassed), ends: store.StateUnknown},
		{name: "cut, passed on", faults: broken(faulty.CutPassed), ends: store.StateSent},
		{name: "cut within the answer", faults: broken(faulty.CutAnswer), ends: store.StateSent},
		{name: "answered slowly", faults: []faulty.Fault{{Slow: hurriedTimeout / 4}}, ends: store.StateSent},
		{name: "answered too late", faults: broken(faulty.Late), ends: store.StateSent},
		{name: "passed on too late", faults: broken(faulty.LatePassed), ends: store.StateSent},
		{name: "429", faults: one(answers(429, "", false)), ends: store.StateSent},
		{name: "429, HTML, with a time", faults: one(answers(429, gatewayPage, false, "Retry-After", "1")), ends: store.StateSent, wait: time.Second},
		{name: "429, with usage", faults: one(answers(429, "{}", false, "X-Business-Use-Case-Usage", regainSoon)), ends: store.StateSent, wait: time.Second},
		{
			name: "the page's limit", ends: store.StateSent, wait: time.Second,
			faults: one(answers(400, string(messenger.ErrorBody(80006, 0, "(#80006) no")), false, "X-Business-Use-Case-Usage", regainSoon)),
		},
		{name: "taken, with the page's limit", faults: one(answers(200, `{"message_id":""}`, true, "X-Business-Use-Case-Usage", regainSoon)), ends: store.StateSent},
		{name: "200, half JSON", faults: one(answers(200, halfJSON, false)), ends: store.StateUnknown},
		{name: "200, half JSON, passed on", faults: one(answers(200, halfJSON, true)), ends: store.StateSent},
		{name: "200, no id", faults: one(answers(200, noMessageID, false)), ends: store.StateUnknown},
		{name: "200, no id, passed on", faults: one(answers(200, noMessageID, true)), ends: store.StateSent},
		{name: "refused by code", faults: one(refusal(551, 0)), ends: store.StateFailed},
		{name: "a dead token", faults: one(refusal(190, 463)), ends: store.StateHeld},
		{name: "temporary, five times", faults: slices.Repeat(one(refusal(2, 0)), 5), ends: store.StateFailed},
		{name: "temporary, then cut", faults: []faulty.Fault{refusal(2, 0), {Break: faulty.CutPassed}}, ends: store.StateSent},
		{name: "502, HTML, five times", faults: slices.Repeat(one(answers(502, gatewayPage, false)), 5), ends: store.StateFailed},
		{
			name: "502, HTML, five times, the last passed on", ends: store.StateSent,
			faults: append(slices.Repeat(one(answers(502, gatewayPage, false)), 4), answers(502, gatewayPage, true)),
		},
		{name: "503, HTML, then refused", faults: []faulty.Fault{answers(503, gatewayPage, false), {Break: faulty.Refuse}}, ends: store.StateSent},
		{name: "hand-over: refused", upload: true, faults: broken(faulty.Refuse), ends: store.StateSent},
		{name: "hand-over: reset halfway", upload: true, faults: broken(faulty.ResetHalfway), ends: store.StateSent},
		{name: "hand-over: cut, passed on", upload: true, faults: broken(faulty.CutPassed), ends: store.StateSent},
		{name: "hand-over: 502, HTML", upload: true, faults: one(answers(502, gatewayPage, false)), ends: store.StateSent},
	}
	for _, status := range []int{500, 502, 503} {
		lost := one(answers(status, gatewayPage, true))
		name := fmt.Sprintf("%d, HTML, passed on, no echo", status)
		all = append(
			all, trouble{name: name, faults: lost, ends: store.StateSent, mute: true},
			trouble{name: name + ", questions break", mute: true, asked: true, ends: store.StateSent, faults: append(
				lost, answers(status, gatewayPage, false), faulty.Fault{Break: faulty.CutUnpassed}, refusal(2, 0), faulty.Fault{Break: faulty.CutAnswer},
			)},
			trouble{name: name + ", question refused", mute: true, asked: true, ends: store.StateUnknown, faults: []faulty.Fault{
				answers(status, gatewayPage, false), refusal(200, 0),
			}},
		)
	}
	all = append(all, trouble{
		name: "502, HTML, five times, the last passed on, no echo", ends: store.StateSent, mute: true,
		faults: append(slices.Repeat(one(answers(502, gatewayPage, false)), 4), answers(502, gatewayPage, true)),
	})
	for _, status := range []int{500, 502, 503, 504, 520, 524} {
		ends := store.StateSent // after another try
		if status >= 504 {
			ends = store.StateUnknown
		}
		name := fmt.Sprintf("%d, HTML", status)
		all = append(
			all, trouble{name: name, faults: one(answers(status, gatewayPage, false)), ends: ends},
			trouble{name: name + ", passed on", faults: one(answers(status, gatewayPage, true)), ends: store.StateSent},
		)
	}
	return all
}

// kept is the moment when the log holds what became of the attempt: later than any that the proxy sees.
const kept faulty.Moment = "kept"

// proxyRound is one reply in trouble, and one behind it.
type proxyRound struct {
	n int
	trouble
	kind string
	kill faulty.Moment // when the program is killed; empty: not at all
	slow bool          // the request goes on its way only when the program is there again
	drop bool          // the agent cancels what is not settled, and else sends it again
}

// String names a round so that it can be looked for.
func (r proxyRound) String() string {
	s := fmt.Sprintf("round %d: %s, %s", r.n, r.kind, r.name)
	if r.kill != "" {
		s += ", killed when " + string(r.kill)
	}
	if r.slow {
		s += ", goes on after the start"
	}
	return s
}

// The kinds of reply.
const (
	kindText    = "text"
	kindChoices = "quick replies"
	kindButtons = "buttons"
	kindCards   = "cards"
	kindFile    = "file"
)

var replyKinds = []string{kindText, kindChoices, kindButtons, kindCards, kindFile}

// message is a reply of a kind that says words of its own. A file's words are its name.
func message(kind, words string) messenger.OutMessage {
	switch kind {
	case kindChoices:
		return messenger.OutMessage{Text: words, QuickReplies: []messenger.QuickReply{
			{ContentType: messenger.QuickReplyText, Title: "Yes", Payload: "YES"}, {ContentType: messenger.QuickReplyText, Title: "No", Payload: "NO"},
		}}
	case kindButtons:
		return messenger.ButtonTemplate(words, messenger.Button{Type: messenger.ButtonPostback, Title: "Help", Payload: "HELP"})
	case kindCards:
		return messenger.GenericTemplate(messenger.Element{Title: words, Subtitle: "Hardback"}, messenger.Element{Title: "Another", Subtitle: "Paperback"})
	case kindFile:
		return messenger.OutMessage{}
	}
	return messenger.OutMessage{Text: words}
}

// moments are the moments at which a round in this trouble can be cut short by a kill.
func (t trouble) moments() []faulty.Moment {
	if t.mute { // what has no result in the log is told by its echo alone
		return []faulty.Moment{kept}
	}
	first := faulty.Fault{}
	if len(t.faults) > 0 {
		first = t.faults[0]
	}
	switch first.Break {
	case faulty.Refuse:
		return []faulty.Moment{kept}
	case faulty.ResetUnread, faulty.ResetHalfway:
		return []faulty.Moment{faulty.Came, kept}
	case faulty.CutUnpassed:
		return []faulty.Moment{faulty.Came, faulty.Read, kept}
	case faulty.CutPassed, faulty.LatePassed:
		return []faulty.Moment{faulty.Came, faulty.Read, faulty.Passed, kept}
	}
	if !first.Passes() {
		return []faulty.Moment{faulty.Came, faulty.Read, faulty.Answered, kept}
	}
	return []faulty.Moment{faulty.Came, faulty.Read, faulty.Passed, faulty.Answered, kept}
}

// proxyPlan are n rounds of a seed: every trouble before one comes again, a third of them without a kill, and so those at
// first that show whether a pause is made.
func proxyPlan(seed uint64, n int) []proxyRound {
	chance := rand.New(rand.NewPCG(seed, 4))
	var rounds []proxyRound
	var order []trouble
	kills := map[faulty.Moment]int{}
	for len(rounds) < n {
		if len(order) == 0 {
			order = troubles()
			chance.Shuffle(len(order), func(i, j int) { order[i], order[j] = order[j], order[i] })
		}
		r := proxyRound{n: len(rounds) + 1, trouble: order[0], kind: replyKinds[len(rounds)%len(replyKinds)]}
		order = order[1:]
		if r.upload {
			r.kind = kindFile
		}
		first := len(rounds) < len(troubles())
		if moments := r.moments(); chance.IntN(3) > 0 && (!first || r.wait == 0) {
			chance.Shuffle(len(moments), func(i, j int) { moments[i], moments[j] = moments[j], moments[i] })
			r.kill = slices.MinFunc(moments, func(a, b faulty.Moment) int { return kills[a] - kills[b] })
			kills[r.kill]++
			r.slow = (r.kill == faulty.Came || r.kill == faulty.Read) && chance.IntN(2) == 0
		}
		r.drop = chance.IntN(4) == 0 && r.ends != store.StateHeld // somebody must try whether the page can send again
		rounds = append(rounds, r)
	}
	return rounds
}

// hurried is the program with pauses that a test can wait for.
const hurried = "frontdesk-hurried"

const (
	hurriedTimeout = 2 * time.Second // of a request
	hurriedEcho    = 2 * time.Second // an echo that is later than that is lost
)

// hurryUp makes this process the hurried program.
func hurryUp() {
	hurry.graph = &http.Client{Timeout: hurriedTimeout, Transport: &http.Transport{}}
	hurry.pauses = desk.Pauses{
		Retry: []time.Duration{100 * time.Millisecond, 200 * time.Millisecond}, Limit: []time.Duration{500 * time.Millisecond}, Echo: hurriedEcho,
	}
}

// tally counts what happened in the rounds.
type tally map[string]int

func (c tally) add(what string) { c[what]++ }

func (c tally) String() string {
	var parts []string
	for what, n := range c {
		parts = append(parts, fmt.Sprintf("%s %d", what, n))
	}
	slices.SortFunc(parts, cmp.Compare)
	return strings.Join(parts, ", ")
}
