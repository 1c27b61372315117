package desk_test

import (
	"errors"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"frontdesk/desk"
	"frontdesk/messenger"
	"frontdesk/store"
)

// saidAt is when the outlooks of these tests are asked for.
var saidAt = time.Date(2026, 11, 20, 12, 0, 0, 0, time.UTC)

// heard is a conversation whose contact wrote some time before saidAt.
func heard(c store.Contact, ago time.Duration) store.Conversation {
	at := store.MillisOf(saidAt.Add(-ago))
	return store.Conversation{ID: conv(pageID, c), Inbox: pageID, Contact: c, WindowFrom: at, LastIncoming: at}
}

// refusing is c after the platform has said that its contact takes nothing of the page.
func refusing(c store.Conversation) store.Conversation {
	c.RefusedFrom = max(c.WindowFrom, 1)
	return c
}

// wroteAfter is c after its contact wrote some time before saidAt.
func wroteAfter(c store.Conversation, ago time.Duration) store.Conversation {
	c.WindowFrom = store.MillisOf(saidAt.Add(-ago))
	c.LastIncoming = c.WindowFrom
	return c
}

func TestOutlook(t *testing.T) {
	t.Parallel()
	page := desk.Inbox{ID: pageID}
	granted := desk.Inbox{ID: pageID, HumanAgent: true}
	guest := func(began time.Duration) store.Conversation {
		c := heard(psid(maya), time.Hour)
		c.Touch = store.Touch{Origin: store.OriginPlugin, At: store.MillisOf(saidAt.Add(-began)), Guest: true}
		return c
	}
	for name, c := range map[string]struct {
		conv    store.Conversation
		in      desk.Inbox
		unknown bool // no settings
		blocked string
		advice  string
		human   bool
		until   time.Time
		warns   []string
	}{
		"open":                  {conv: heard(psid(maya), time.Hour), in: page, until: saidAt.Add(23 * time.Hour)},
		"one hour left":         {conv: heard(psid(maya), 23*time.Hour), in: page, until: saidAt.Add(time.Hour)},
		"less than an hour":     {conv: heard(psid(maya), 23*time.Hour+time.Minute), in: page, until: saidAt.Add(59 * time.Minute), warns: []string{"ends in 59 minutes, at 12:59 UTC"}},
		"the last moment":       {conv: heard(psid(maya), day-time.Millisecond), in: page, until: saidAt.Add(time.Millisecond), warns: []string{"less than a minute"}},
		"closed":                {conv: heard(psid(maya), day), in: page, blocked: "24 hours", advice: "FRONTDESK_HUMAN_AGENT"},
		"human agent":           {conv: heard(psid(maya), 2*day), in: granted, human: true, until: saidAt.Add(5 * day), warns: []string{"as a human agent"}},
		"after the week":        {conv: heard(psid(maya), 7*day), in: granted, blocked: "6 days ago", advice: "until the customer writes"},
		"never heard":           {conv: store.Conversation{Inbox: pageID, Contact: psid(maya)}, in: page, warns: []string{"never seen to write"}},
		"user_ref, closed":      {conv: heard(store.Contact{Kind: store.ContactUserRef, ID: "6150"}, 25*time.Hour), in: granted, blocked: "24 hours", advice: "until the customer writes"},
		"guest":                 {conv: guest(2 * time.Hour), in: granted, until: saidAt.Add(22 * time.Hour)},
		"guest, session over":   {conv: guest(day), in: granted, blocked: "visitor has left", advice: "another contact"},
		"guest, session ending": {conv: guest(day - time.Minute), in: granted, until: saidAt.Add(time.Minute), warns: []string{"ends in 1 minute"}},
		"visitor of ours":       {conv: heard(store.Contact{Kind: store.ContactVisitor, ID: visitor}, 30*day), in: desk.Inbox{ID: siteID, Plugin: true}},
		"no settings":           {conv: heard(psid(maya), 0), unknown: true, blocked: "no settings for the inbox " + string(pageID), advice: "FRONTDESK_PAGE_TOKEN"},
		"no token":              {conv: heard(psid(maya), 0), in: desk.Inbox{ID: pageID, Missing: "FRONTDESK_PAGE_TOKEN"}, blocked: "FRONTDESK_PAGE_TOKEN is missing", advice: "Set FRONTDESK_PAGE_TOKEN"},
		"dead token":            {conv: heard(psid(maya), 0), in: desk.Inbox{ID: pageID, Stopped: true, Alert: "The token has died.", Advice: "Renew it."}, blocked: "The token has died.", advice: "Renew it."},
		"a pause":               {conv: heard(psid(maya), 0), in: desk.Inbox{ID: pageID, Alert: "The limit is reached."}, until: saidAt.Add(day), warns: []string{"The limit is reached."}},
		"unreachable":           {conv: refusing(heard(psid(maya), time.Hour)), in: page, blocked: "blocked or muted the page", advice: "until the customer writes"},
		"unreachable, closed":   {conv: refusing(heard(psid(maya), 2*day)), in: granted, blocked: "blocked or muted the page", advice: "until the customer writes"},
		"unreachable, unheard":  {conv: refusing(store.Conversation{Inbox: pageID, Contact: psid(maya)}), in: page, blocked: "blocked or muted the page", advice: "until the customer writes"},
		"reachable again":       {conv: wroteAfter(refusing(heard(psid(maya), 2*time.Hour)), time.Hour), in: page, until: saidAt.Add(23 * time.Hour)},
		"not of the plugin":     {conv: heard(psid(maya), 0), in: desk.Inbox{ID: siteID, Plugin: true}, blocked: "no visitor"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			o := desk.OutlookOf(c.conv, c.in, !c.unknown, saidAt)
			if (o.Blocked == nil) != (c.blocked == "") {
				t.Fatalf("blocked by %v, want %q", o.Blocked, c.blocked)
			}
			if o.Blocked != nil {
				if !strings.Contains(o.Blocked.Reason, c.blocked) || !strings.Contains(o.Blocked.Advice, c.advice) {
					t.Errorf("blocked by %+v, want %q and %q", o.Blocked, c.blocked, c.advice)
				}
				if !strings.Contains(o.Remains, "private note") {
					t.Errorf("what remains is %q", o.Remains)
				}
			}
			if o.Human != c.human || !o.Until.Equal(c.until) {
				t.Errorf("human %v until %v, want %v until %v", o.Human, o.Until, c.human, c.until)
			}
			if len(o.Warnings) != len(c.warns) {
				t.Fatalf("warnings %q, want %q", o.Warnings, c.warns)
			}
			for i, w := range c.warns {
				if !strings.Contains(o.Warnings[i], w) {
					t.Errorf("warning %q does not say %q", o.Warnings[i], w)
				}
			}
		})
	}
}

func TestOutlookOnControl(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		owner store.Owner
		to    store.Contact
		in    desk.Inbox
		can   []desk.ControlVerb
		warns string
	}{
		"nothing told": {to: psid(maya), can: []desk.ControlVerb{desk.ControlTake, desk.ControlPass, desk.ControlRelease}},
		"ours":         {to: psid(maya), owner: store.Owner{Kind: store.OwnerUs}, can: []desk.ControlVerb{desk.ControlPass, desk.ControlRelease}},
		"nobody's":     {to: psid(maya), owner: store.Owner{Kind: store.OwnerIdle}, can: []desk.ControlVerb{desk.ControlTake, desk.ControlPass}},
		"an app's":     {to: psid(maya), in: desk.Inbox{AppID: "12"}, owner: store.Owner{Kind: store.OwnerApp, AppID: "77"}, can: []desk.ControlVerb{desk.ControlTake}, warns: "The app 77 controls"},
		"ours by name": {to: psid(maya), in: desk.Inbox{AppID: "12"}, owner: store.Owner{Kind: store.OwnerApp, AppID: "12"}, can: []desk.ControlVerb{desk.ControlPass, desk.ControlRelease}},
		"nobody knows whose": {
			to: psid(maya), owner: store.Owner{Kind: store.OwnerApp, AppID: "77"},
			can: []desk.ControlVerb{desk.ControlTake, desk.ControlPass, desk.ControlRelease}, warns: "FRONTDESK_APP_ID",
		},
		"some app's": {to: psid(maya), owner: store.Owner{Kind: store.OwnerApp}, can: []desk.ControlVerb{desk.ControlTake}, warns: "Another app controls"},
		"the Page's": {
			to: psid(maya), owner: store.Owner{Kind: store.OwnerApp, AppID: messenger.PageInboxApp},
			can: []desk.ControlVerb{desk.ControlTake}, warns: "The Page's own inbox controls",
		},
		"a user_ref":      {to: store.Contact{Kind: store.ContactUserRef, ID: "6150"}},
		"visitor of ours": {to: store.Contact{Kind: store.ContactVisitor, ID: visitor}, in: desk.Inbox{Plugin: true}},
		"visitor in another's hand": {
			to: store.Contact{Kind: store.ContactVisitor, ID: visitor}, in: desk.Inbox{Plugin: true},
			owner: store.Owner{Kind: store.OwnerApp, AppID: "77"}, can: []desk.ControlVerb{desk.ControlTake}, warns: "The app 77 controls",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			conversation := heard(c.to, time.Hour)
			conversation.Owner = c.owner
			o := desk.OutlookOf(conversation, c.in, true, saidAt)
			if o.Blocked != nil {
				t.Fatalf("blocked: %v", o.Blocked)
			}
			if diff := cmp.Diff(c.can, o.Controls); diff != "" {
				t.Errorf("controls (-want +got):\n%s", diff)
			}
			if got := strings.Join(o.Warnings, " "); c.warns == "" && got != "" || !strings.Contains(got, c.warns) {
				t.Errorf("warnings %q, want %q", got, c.warns)
			}
		})
	}
}

func TestOutlookWarnsOfWhatThePluginHides(t *testing.T) {
	t.Parallel()
	attach := func(kind string, p messenger.OutPayload) messenger.OutMessage {
		return messenger.OutMessage{Attachment: &messenger.OutAttachment{Type: kind, Payload: p}}
	}
	button := func(kind string) messenger.OutMessage {
		return messenger.ButtonTemplate("Look", messenger.Button{Type: kind, Title: "Go"})
	}
	quick := func(kind string) messenger.OutMessage {
		return messenger.OutMessage{Text: "Which?", QuickReplies: []messenger.QuickReply{{ContentType: "text", Title: "A"}, {ContentType: kind}}}
	}
	plugin := heard(psid(maya), 0)
	plugin.Touch.Origin = store.OriginPlugin
	ours := heard(store.Contact{Kind: store.ContactVisitor, ID: visitor}, 0)
	link := heard(psid(maya), 0)
	link.Touch.Origin = store.OriginLink
	for name, c := range map[string]struct {
		m    messenger.OutMessage
		says string // empty: all of it shows
	}{
		"text":              {m: messenger.OutMessage{Text: "Hello"}},
		"picture":           {m: attach("image", messenger.OutPayload{URL: "https://lumen.example/a.png"})},
		"film":              {m: attach("video", messenger.OutPayload{})},
		"sound":             {m: attach("audio", messenger.OutPayload{})},
		"file":              {m: attach("file", messenger.OutPayload{}), says: "files"},
		"sticker":           {m: attach("sticker", messenger.OutPayload{}), says: "this type"},
		"postback":          {m: button(messenger.ButtonPostback)},
		"address":           {m: button(messenger.ButtonURL)},
		"call":              {m: button(messenger.ButtonCall)},
		"log in":            {m: button("account_link"), says: "buttons that answer"},
		"card":              {m: attach("template", messenger.OutPayload{TemplateType: "generic", Elements: []messenger.Element{{Title: "A", Buttons: []messenger.Button{{Type: messenger.ButtonURL}}}}})},
		"card with a game":  {m: attach("template", messenger.OutPayload{TemplateType: "generic", Elements: []messenger.Element{{Title: "A", Buttons: []messenger.Button{{Type: "game_play"}}}}}), says: "buttons that answer"},
		"media template":    {m: attach("template", messenger.OutPayload{TemplateType: "media"}), says: "no other templates"},
		"phone quick reply": {m: quick("user_phone_number")},
		"mail quick reply":  {m: quick("user_email")},
		"place quick reply": {m: quick("location"), says: "quick replies of text"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := desk.OutlookOf(plugin, desk.Inbox{ID: pageID}, true, saidAt).Warn(c.m)
			if c.says == "" && len(got) != 0 || c.says != "" && (len(got) != 1 || !strings.Contains(got[0], c.says)) {
				t.Errorf("warned of %q, want %q", got, c.says)
			}
			if c.says == "files" { // which our own plugin shows
				c.says = ""
			}
			if got := desk.OutlookOf(ours, desk.Inbox{ID: siteID, Plugin: true}, true, saidAt).Warn(c.m); (len(got) == 0) != (c.says == "") {
				t.Errorf("a visitor of ours: warned of %q, want %q", got, c.says)
			}
			if got := desk.OutlookOf(link, desk.Inbox{ID: pageID}, true, saidAt).Warn(c.m); len(got) != 0 {
				t.Errorf("warned of %q in a conversation of another origin", got)
			}
		})
	}
}

// TestReplyKeepsToTheOutlook holds Reply to what the outlook of the same moment says.
func TestReplyKeepsToTheOutlook(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		ago   time.Duration
		touch *store.Touch
		inbox desk.Inbox
		mute  bool
	}{
		"open":            {},
		"closed":          {ago: 2 * day},
		"human agent":     {ago: 2 * day, inbox: desk.Inbox{ID: pageID, HumanAgent: true}},
		"no token":        {mute: true},
		"guest":           {touch: &store.Touch{Origin: store.OriginPlugin, Guest: true}},
		"guest, has left": {ago: 23 * time.Hour, touch: &store.Touch{Origin: store.OriginPlugin, Guest: true, At: store.MillisOf(time.Now().Add(-25 * time.Hour))}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			cfg := config{sender: &platform{}, inbox: c.inbox, idle: true}
			if c.mute {
				cfg.sender = nil
			}
			w := open(t, t.TempDir(), cfg)
			if c.touch != nil {
				at := store.MillisOf(time.Now())
				if c.touch.At != 0 {
					at = c.touch.At
				}
				w.append([]store.Fact{{Kind: store.FactReferral, Inbox: pageID, Contact: psid(maya), At: at, ID: "r1", Key: "r1", Touch: c.touch}})
			}
			id := w.writes(pageID, psid(maya), "hello", c.ago)
			state, err := w.desk.State(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			o := desk.OutlookOf(w.conversation(id), state.Inboxes[0], true, time.Now())
			_, err = w.desk.Reply(t.Context(), desk.Reply{Conversation: id, Agent: agent, HumanAgent: o.Human, Message: messenger.OutMessage{Text: "hi"}})
			var refusal *desk.Refusal
			switch {
			case o.Blocked == nil && err != nil:
				t.Errorf("refused (%v) though the outlook was fine", err)
			case o.Blocked != nil && !errors.As(err, &refusal):
				t.Errorf("taken (%v) though the outlook said %v", err, o.Blocked)
			case o.Blocked != nil && refusal.Advice != o.Blocked.Advice:
				t.Errorf("refused with %+v, the outlook said %+v", refusal, o.Blocked)
			}
		})
	}
}

// TestGuestWhoHasEndedTheChat has the platform say that nobody is there: of a guest that means another thing than of a
// customer.
func TestGuestWhoHasEndedTheChat(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		guest bool
		says  string
	}{"guest": {true, "visitor has left"}, "customer": {false, "does not know this recipient"}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			g := newGraph(t, func(w http.ResponseWriter, _ int, _ messenger.SendRequest) {
				refuse(t, w, 400, "error-100-2018001-no-matching-user.json")
			})
			w := open(t, t.TempDir(), config{sender: graphClient(t, g.URL)})
			w.append([]store.Fact{{
				Kind: store.FactReferral, Inbox: pageID, Contact: psid(maya), At: store.MillisOf(time.Now()), ID: "r1", Key: "r1",
				Touch: &store.Touch{Origin: store.OriginPlugin, Guest: c.guest},
			}})
			got := w.untilState(w.reply(w.writes(pageID, psid(maya), "hello", 0), "hi"), store.StateFailed)
			if !strings.Contains(got.Error.Text, c.says) || got.Error.Advice == "" {
				t.Errorf("error %+v, want %q", got.Error, c.says)
			}
		})
	}
}
