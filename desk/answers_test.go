package desk_test

import (
	"encoding/json"
	"errors"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"frontdesk/desk"
	"frontdesk/messenger"
	"frontdesk/store"
)

const otherPage = store.InboxID("109872000000202")

// reach is what an answer to one reply means for all others.
type reach string

const (
	alone     reach = "alone"     // nothing for others: it is tried again or was sent
	behind    reach = "behind"    // those queued behind it in its conversation wait
	pageStops reach = "page"      // nothing is sent for its page until somebody has done something
	pageRests reach = "page rest" // nothing is sent for its page for a while
	appRests  reach = "app rest"  // nothing is sent for any page for a while
)

// platformAnswer is what becomes of a reply that is answered with a recorded body.
type platformAnswer struct {
	status   int
	headers  string // the file of the headers beside it
	state    store.DeliveryState
	requests int
	reach    reach
	unsafe   bool   // repeating is not known to be safe
	says     string // what did not happen, or why
	advice   string // what to do
}

// The kinds of advice, as far as answers share them.
const (
	adviseWaiting = `wait until the customer writes|Wait until the customer writes`
	adviseReport  = `fault of frontdesk: report it`
	adviseToken   = `new page access token`
	adviseSetUp   = `[Cc]heck .*(permissions|pages_messaging|page access token)`
	adviseSupport = `support inbox at the platform; what is queued waits`
	adviseNothing = `goes on by itself`
	adviseLater   = `tried 5 times.*send it again later`
)

// platformAnswers is every answer to a send that is recorded.
var platformAnswers = map[string]platformAnswer{
	"send-success-text.json":                {status: 200, state: store.StateSent, requests: 1, reach: alone},
	"send-success-user-ref.json":            {status: 200, state: store.StateSent, requests: 1, reach: alone},
	"send-success-attachment-reusable.json": {status: 200, state: store.StateSent, requests: 1, reach: alone},
	"send-success-id-without-prefix.json":   {status: 200, state: store.StateSent, requests: 1, reach: alone},
	"send-success-sender-action.json":       {status: 200, state: store.StateUnknown, requests: 1, reach: behind, unsafe: true, says: "unknown whether", advice: "The platform tells"},
	"attachment-upload-success.json":        {status: 200, state: store.StateUnknown, requests: 1, reach: behind, unsafe: true, says: "unknown whether", advice: "The platform tells"},
	"error-10-2018278-outside-window.json":  {status: 400, state: store.StateFailed, requests: 1, reach: behind, says: "24 hours", advice: "as a human agent.*" + adviseWaiting},
	"error-10-2018065-outside-window-old.json": {
		status: 400, state: store.StateFailed, requests: 1, reach: behind, says: "24 hours", advice: "as a human agent.*" + adviseWaiting,
	},
	"error-10-2018108-cannot-receive.json":    {status: 400, state: store.StateFailed, requests: 1, reach: behind, says: "blocked or muted the page", advice: adviseWaiting},
	"error-10-1893063-page-restricted.json":   {status: 400, state: store.StateHeld, requests: 1, reach: pageStops, says: "restricted from sending", advice: adviseSupport},
	"error-100-2018001-no-matching-user.json": {status: 400, state: store.StateFailed, requests: 1, reach: behind, says: "does not know this recipient", advice: "session may have ended.*" + adviseWaiting},
	"error-551-person-not-available.json":     {status: 400, state: store.StateFailed, requests: 1, reach: behind, says: "cannot be reached", advice: "try later"},
	"error-551-no-subcode.json":               {status: 400, state: store.StateFailed, requests: 1, reach: behind, says: "cannot be reached", advice: "try later"},
	"error-200-1545041.json":                  {status: 403, state: store.StateFailed, requests: 1, reach: behind, says: "cannot be reached", advice: "try later"},
	"error-2018300-thread-owned-by-other-app.json": {
		status: 400, state: store.StateFailed, requests: 1, reach: behind, says: "Another app controls", advice: "Take control",
	},
	"error-10900-private-reply-not-allowed.json": {status: 400, state: store.StateFailed, requests: 1, reach: behind, says: "private reply", advice: "Wait until the person answers"},

	"error-100-text-too-long.json":                {status: 400, state: store.StateFailed, requests: 1, reach: behind, says: "did not accept the form", advice: adviseReport},
	"error-100-2018008-fetch-failed.json":         {status: 400, state: store.StateFailed, requests: 2, reach: behind, says: "could not fetch the attachment", advice: "upload the file"},
	"error-100-2018047-upload-type-mismatch.json": {status: 400, state: store.StateFailed, requests: 1, reach: behind, says: "not of the type", advice: "Send it as a file"},
	"error-100-2018109-attachment-too-large.json": {status: 400, state: store.StateFailed, requests: 1, reach: behind, says: "too large", advice: "8 MB.*25 MB"},
	"error-100-2018074-attachment-not-yours.json": {status: 400, state: store.StateFailed, requests: 2, reach: behind, says: "expired or belongs to another page", advice: "Upload the file again"},
	"error-100-2018294-video-timeout.json":        {status: 400, state: store.StateFailed, requests: 2, reach: behind, says: "video took too long", advice: "shorter video"},
	"error-100-1893061-retired-tag.json":          {status: 400, state: store.StateFailed, requests: 1, reach: behind, says: "did not accept the form", advice: adviseReport},
	"error-100-2018034-empty-message.json":        {status: 400, state: store.StateFailed, requests: 1, reach: behind, says: "did not accept the form", advice: adviseReport},
	"error-100-33-unsupported-request.json":       {status: 400, state: store.StateHeld, requests: 1, reach: pageStops, says: "does not know the page", advice: adviseSetUp},
	"error-100-many-details.json":                 {status: 400, state: store.StateFailed, requests: 1, reach: behind, says: "product.*The platform says: ", advice: "another product"},

	"error-190-463-token-expired.json":    {status: 401, state: store.StateHeld, requests: 1, reach: pageStops, says: "must be renewed: it expired", advice: adviseToken},
	"error-190-460-password-changed.json": {status: 401, state: store.StateHeld, requests: 1, reach: pageStops, says: "must be renewed: the password", advice: adviseToken},
	"error-190-invalid-token.json":        {status: 401, state: store.StateHeld, requests: 1, reach: pageStops, says: "must be renewed: it is invalid", advice: adviseToken},
	"error-200-2018028-not-tester.json":   {status: 403, state: store.StateFailed, requests: 1, reach: behind, says: "not approved", advice: "app review"},
	"error-200-permission.json":           {status: 403, state: store.StateHeld, requests: 1, reach: pageStops, says: "lacks a permission", advice: adviseSetUp},
	"error-230-requires-permission.json":  {status: 403, state: store.StateHeld, requests: 1, reach: pageStops, says: "lacks the permission", advice: adviseSetUp},
	"error-368-policy-block.json":         {status: 400, state: store.StateHeld, requests: 1, reach: pageStops, says: "blocked for a breach of policy", advice: adviseSupport},

	"error-1-unknown.json":                   {status: 500, state: store.StateFailed, requests: 5, reach: behind, says: "could not deliver", advice: adviseLater},
	"error-1-1357046-unclear-outcome.json":   {status: 500, state: store.StateUnknown, requests: 1, reach: behind, unsafe: true, says: "unknown whether", advice: "The platform tells.*before sending it again"},
	"error-2-temporary.json":                 {status: 503, state: store.StateFailed, requests: 5, reach: behind, says: "could not deliver", advice: adviseLater},
	"error-1200-temporary-send-failure.json": {status: 400, state: store.StateFailed, requests: 5, reach: behind, says: "could not deliver", advice: adviseLater},
	"error-4-app-rate-limit.json":            {status: 403, state: store.StateQueued, requests: 1, reach: appRests, says: "limit on calls", advice: adviseNothing},
	"error-613-rate-limit.json":              {status: 400, state: store.StateQueued, requests: 1, reach: pageRests, says: "limit on calls", advice: adviseNothing},
	"error-80006-page-rate-limit.json": {
		status: 400, headers: "headers-rate-limit-throttled.json", state: store.StateQueued, requests: 1, reach: pageRests, says: "limit on calls", advice: adviseNothing,
	},
	"error-502-not-json.html": {status: 502, state: store.StateFailed, requests: 5, reach: behind, says: "could not deliver", advice: adviseLater},
}

// otherAnswers are recorded errors of other calls than sends, with their status and state. All other bodies name no
// message: whoever takes one for the answer to a send does not know whether that arrived.
var otherAnswers = map[string]platformAnswer{
	"message-error-too-old.json":            {status: 400, state: store.StateFailed, requests: 1, reach: behind, says: "deleted or is too old"},
	"messenger-profile-error-domain.json":   {status: 400, state: store.StateFailed, requests: 1, reach: behind, says: "did not accept the form", advice: adviseReport},
	"profile-error-2018218-no-profile.json": {status: 400, state: store.StateFailed, requests: 1, reach: behind, says: "no profile"},
	"profile-error-2018247-permission.json": {status: 400, state: store.StateHeld, requests: 1, reach: pageStops, says: "may not read profiles", advice: "Ask for the feature"},
}

// answersIn are the recorded bodies: those that the platform's language is tested with, and the rest.
func answersIn(t *testing.T) map[string]string {
	t.Helper()
	files := map[string]string{}
	for _, folder := range []string{filepath.Join("..", "messenger", "testdata", "graph"), filepath.Join("testdata", "graph")} {
		found, err := filepath.Glob(filepath.Join(folder, "*"))
		if err != nil || len(found) == 0 {
			t.Fatalf("no recorded answers in %s: %v", folder, err)
		}
		for _, file := range found {
			files[filepath.Base(file)] = file
		}
	}
	return files
}

func read(t *testing.T, file string) []byte {
	t.Helper()
	body, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return body
}

// TestEveryAnswer answers a reply with each recorded body over real HTTP, and looks at it, at the one behind it, at
// another conversation of the page and at another page.
func TestEveryAnswer(t *testing.T) {
	t.Parallel()
	files := answersIn(t)
	for file := range platformAnswers {
		if files[file] == "" {
			t.Errorf("%s is not recorded", file)
		}
	}
	for file, path := range files {
		if strings.HasPrefix(file, "headers-") {
			continue // they come with an answer
		}
		c, ok := platformAnswers[file]
		if !ok {
			c, ok = otherAnswers[file]
		}
		if !ok {
			c = platformAnswer{status: 200, state: store.StateUnknown, requests: 1, reach: behind, unsafe: true, says: "unknown whether", advice: "The platform tells"}
		}
		t.Run(file, func(t *testing.T) {
			t.Parallel()
			headers := map[string]string{}
			if c.headers != "" {
				if err := json.Unmarshal(read(t, files[c.headers]), &headers); err != nil {
					t.Fatal(err)
				}
			}
			checkAnswer(t, read(t, path), headers, c)
		})
	}
}

func checkAnswer(t *testing.T, body []byte, headers map[string]string, c platformAnswer) {
	t.Helper()
	both := make(chan struct{})
	g := newGraph(t, func(w http.ResponseWriter, n int, r messenger.SendRequest) {
		if n == 1 {
			<-both // until the one behind it is queued
		}
		if r.Message.Text != "one" {
			accept(w, r)
			return
		}
		for name, value := range headers {
			w.Header().Set(name, value)
		}
		w.WriteHeader(c.status)
		_, _ = w.Write(body) // the desk's side is tested
	})
	visitors := &platform{}
	w := open(t, t.TempDir(), config{
		sender: graphClient(t, g.URL), visitors: visitors, limits: []time.Duration{time.Hour},
		adjust: func(o *desk.Options) {
			o.Inboxes = append(o.Inboxes, desk.InboxConfig{Inbox: desk.Inbox{ID: otherPage, Name: "Kite & Kettle Tea"}, Sender: graphClient(t, g.URL)})
		},
	})
	here, there := w.writes(pageID, psid(maya), "hello", 0), w.writes(pageID, psid(noor), "hello", 0)
	elsewhere := w.writes(otherPage, psid("7412000000000201"), "hello", 0)
	site := w.writes(siteID, store.Contact{Kind: store.ContactVisitor, ID: visitor}, "hello", 0)
	one := w.reply(here, "one")
	two := w.reply(here, "two")
	w.caughtUp()
	close(both)
	got := w.until(one, string(c.state), func(m store.Message) bool {
		return m.State == c.state && (m.State != store.StateQueued || m.Error != nil)
	})
	c.checkWords(t, got)
	c.checkOthers(t, w, g, two, there, elsewhere, site)
	asked := 0
	for _, r := range g.requests() {
		if r.Message.Text == "one" {
			asked++
		}
	}
	if asked != c.requests {
		t.Errorf("%d requests, want %d", asked, c.requests)
	}
	if c.headers != "" {
		if wait := time.Until(got.RetryAt.Time()); wait < 18*time.Minute || wait > 19*time.Minute {
			t.Errorf("it is tried again in %v, and the platform said 19 minutes", wait)
		}
	}
}

// checkWords looks at what the line of the reply says.
func (c platformAnswer) checkWords(t *testing.T, m store.Message) {
	t.Helper()
	if c.says == "" {
		if m.Error != nil {
			t.Errorf("it is %s and has an error: %+v", m.State, m.Error)
		}
		return
	}
	e := m.Error
	if e == nil {
		t.Fatalf("it is %s, and nothing says why", m.State)
	}
	if !regexp.MustCompile(c.says).MatchString(e.Text) || !regexp.MustCompile(c.advice).MatchString(e.Advice) {
		t.Errorf("it says %q, advises %q; want %q and %q", e.Text, e.Advice, c.says, c.advice)
	}
	if e.Retry == c.unsafe {
		t.Errorf("repeating counts as safe: %v", e.Retry)
	}
	if strings.ContainsAny(e.Text+e.Advice, "<>{}") || !strings.HasSuffix(e.Text, ".") && !strings.Contains(e.Text, "The platform says: ") || c.advice != "" && !strings.HasSuffix(e.Advice, ".") {
		t.Errorf("not fit for a person: %q %q", e.Text, e.Advice)
	}
}

// checkOthers looks at what becomes of others.
func (c platformAnswer) checkOthers(t *testing.T, w *world, g *graph, two store.Message, there, elsewhere, site store.ConversationID) {
	t.Helper()
	say := func(id store.ConversationID) (store.Message, error) {
		return w.desk.Reply(t.Context(), desk.Reply{Conversation: id, Agent: agent, Message: messenger.OutMessage{Text: "to " + string(id)}})
	}
	third, err := say(there)
	var refusal *desk.Refusal
	if stopped := errors.As(err, &refusal); stopped != (c.reach == pageStops) || !stopped && err != nil {
		t.Errorf("a reply to somebody else of the page: %v", err)
	}
	fourth, err := say(elsewhere)
	if err != nil {
		t.Fatal(err)
	}
	fifth, err := say(site)
	if err != nil {
		t.Fatal(err)
	}
	w.untilState(fifth, store.StateSent) // our own platform is not Meta
	if c.reach != appRests {
		w.untilState(fourth, store.StateSent)
	}
	switch c.reach {
	case alone:
		w.untilState(two, store.StateSent)
		w.untilState(third, store.StateSent)
	case behind:
		w.untilState(two, store.StateHeld)
		w.untilState(third, store.StateSent)
	case pageStops:
		if got := w.untilState(two, store.StateHeld); got.Error == nil || !got.Error.Retry {
			t.Errorf("the one behind does not go on by itself: %+v", got.Error)
		}
	default:
		w.caughtUp()
		waiting := []store.Message{two, third}
		if c.reach == appRests {
			waiting = append(waiting, fourth)
		}
		for _, m := range waiting {
			if got := w.message(m); got.State != store.StateQueued || slices.Contains(textsOf(g), m.Text) {
				t.Errorf("%q is %s, and was asked for: %v", m.Text, got.State, slices.Contains(textsOf(g), m.Text))
			}
		}
	}
	s, err := w.desk.State(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, in := range s.Inboxes {
		want := in.ID == pageID && c.reach != alone && c.reach != behind || in.ID == otherPage && c.reach == appRests
		if (in.Alert != "") != want || in.Stopped != (in.ID == pageID && c.reach == pageStops) {
			t.Errorf("inbox %s: alert %q, stopped %v", in.ID, in.Alert, in.Stopped)
		}
	}
}

func textsOf(g *graph) []string {
	var texts []string
	for _, r := range g.requests() {
		texts = append(texts, r.Message.Text)
	}
	return texts
}

// TestHumanAgentAnswers is what the platform's refusals mean for a text that went out as a human agent's, three days after
// the customer wrote: only one that says no more than "permission" means that the app lacks the feature.
func TestHumanAgentAnswers(t *testing.T) {
	t.Parallel()
	files := answersIn(t)
	for file, c := range map[string]platformAnswer{
		"error-200-permission.json":                {status: 403, state: store.StateFailed, says: "no Human Agent feature", advice: "Ask the platform"},
		"error-230-requires-permission.json":       {status: 403, state: store.StateFailed, says: "no Human Agent feature", advice: "Ask the platform"},
		"error-100-text-too-long.json":             {status: 400, state: store.StateFailed, says: "no Human Agent feature", advice: "Ask the platform"},
		"error-10-2018278-outside-window.json":     {status: 400, state: store.StateFailed, says: "does not take this text as a human agent's", advice: "Human Agent feature"},
		"error-10-2018065-outside-window-old.json": {status: 400, state: store.StateFailed, says: "does not take this text as a human agent's", advice: "Human Agent feature"},
		"error-200-1545041.json":                   {status: 403, state: store.StateFailed, says: "More than 24 hours", advice: "Wait until the customer writes"},
		"error-10-2018108-cannot-receive.json":     {status: 400, state: store.StateFailed, says: "blocked or muted", advice: adviseWaiting},
		"error-200-2018028-not-tester.json":        {status: 403, state: store.StateFailed, says: "not approved", advice: "app review"},
		"error-10-1893063-page-restricted.json":    {status: 400, state: store.StateHeld, says: "restricted from sending", advice: adviseSupport},
	} {
		t.Run(file, func(t *testing.T) {
			t.Parallel()
			g := newGraph(t, func(w http.ResponseWriter, _ int, _ messenger.SendRequest) {
				w.WriteHeader(c.status)
				_, _ = w.Write(read(t, files[file])) // the desk's side is tested
			})
			w := open(t, t.TempDir(), config{sender: graphClient(t, g.URL), inbox: desk.Inbox{ID: pageID, HumanAgent: true}})
			id := w.writes(pageID, psid(maya), "hello", 3*day)
			m, err := w.desk.Reply(t.Context(), desk.Reply{Conversation: id, Agent: agent, HumanAgent: true, Message: messenger.OutMessage{Text: "late"}})
			if err != nil {
				t.Fatal(err)
			}
			c.checkWords(t, w.untilState(m, c.state))
		})
	}
}
