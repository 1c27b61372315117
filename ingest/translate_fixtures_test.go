package ingest_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"frontdesk/ingest"
	"frontdesk/store"
)

// fixtures are whole webhook bodies; messenger's tests read the same ones.
const fixtures = "../messenger/testdata/webhooks"

// arrival is when a fixture's body is taken to have come: after all of their times.
const arrival = store.Millis(1794830000000)

func fixture(t testing.TB, name string) []byte {
	t.Helper()
	body, err := os.ReadFile(filepath.Join(fixtures, name))
	if err != nil {
		t.Fatal(err)
	}
	return body
}

func translate(body []byte) []store.Fact {
	return ingest.Translate(store.Record{Seq: 1, Kind: store.RecordWebhook, At: arrival, Body: body})
}

// names of those the fixtures are about.
var cast = map[string]string{
	"109872000000101":                      "A",
	"109872000000202":                      "B",
	"109872000000999":                      "unserved",
	"7412000000000101":                     "Maya",
	"7412000000000102":                     "Haruka",
	"7412000000000103":                     "Leila",
	"7412000000000104":                     "Tomás",
	"7412000000000901":                     "guest",
	"7412000000000201":                     "Priya",
	"6150000000000501":                     "0501",
	"6150000000000502":                     "0502",
	"b6f1c0de-1f5a-4c57-9d0e-5a2f9c1e7a11": "checkbox",
}

func called(id string) string {
	if name, ok := cast[id]; ok {
		return name
	}
	return id
}

// sketch is a fact in a line: kind, how it is drawn, whose it is, how they came, and what else matters.
func sketch(f store.Fact) string {
	words := []string{string(f.Kind)}
	if f.LineKind != "" {
		words = append(words, string(f.LineKind))
	}
	if f.Name != "" {
		words = append(words, f.Name)
	}
	who := called(string(f.Inbox)) + "/"
	if f.Contact.ID != "" {
		who += string(f.Contact.Kind) + ":" + called(f.Contact.ID)
	}
	words = append(words, who)
	if f.Touch != nil {
		words = append(words, string(f.Touch.Origin))
		if f.Touch.Ref != "" {
			words = append(words, "ref="+f.Touch.Ref)
		}
		if f.Touch.Guest {
			words = append(words, "guest")
		}
	}
	if f.Tagged {
		words = append(words, "tagged")
	}
	if f.OpensWindow {
		words = append(words, "opens")
	}
	return strings.Join(append(words, rarely(f)...), " ")
}

// rarely is what few facts say.
func rarely(f store.Fact) []string {
	var words []string
	say := func(ok bool, format string, args ...any) {
		if ok {
			words = append(words, fmt.Sprintf(format, args...))
		}
	}
	say(f.Standby, "standby")
	say(f.Alias.ID != "", "alias=%s", called(f.Alias.ID))
	say(f.Edit != 0, "edit=%d", f.Edit)
	say(f.Reaction != "", "reaction=%s", f.Reaction)
	say(f.Feedback != "", "feedback=%q", f.Feedback)
	say(f.Owner.Kind != "", "owner=%s:%s", f.Owner.Kind, f.Owner.AppID)
	say(f.Label != "" && !f.Removed, "+%s", f.Label)
	say(f.Label != "" && f.Removed, "-%s", f.Label)
	say(f.Alert.Action != "", "alert=%s %q", f.Alert.Action, f.Alert.Reason)
	say(f.Kind == store.FactActivity || f.Kind == store.FactControl || f.LineKind == store.KindOrder, "%q", f.Text)
	for _, d := range f.Details {
		words = append(words, "["+d.String()+"]")
	}
	return words
}

// wantFixtures says what each body means: a line for each fact.
var wantFixtures = map[string][]string{
	"account-linking": {
		`activity account_linked A/psid:Maya ""`,
		`activity account_unlinked A/psid:Maya ""`,
	},
	"batch-3-entries-2-pages": {
		"message text A/psid:Maya opens",
		"message text B/psid:Priya tagged opens",
		"read A/psid:Maya",
	},
	"batch-messaging-and-standby": {
		"message text A/psid:Maya opens",
		"message text A/psid:Tomás opens standby",
	},
	"batch-two-events-one-entry": {
		"message text A/psid:Maya opens",
		"message text A/psid:Tomás opens",
	},
	"cart-order":                {`message order A/psid:Tomás "gift wrap one please" [The Salt Ledger (hardback) 2 × 24.90 EUR]`},
	"changes-dashboard-test":    {},
	"changes-inbox-label":       {"label A/psid:Maya +VIP"},
	"coupon-revealed":           {`activity coupon A/psid:Maya "" [code LEAF10]`},
	"customer-information-form": {"message form A/psid:Tomás [name Tomás Ó Briain] [address line 1 14 Quay Row] [locality Galway] [postal code H91 X2Y0] [country IE]"},
	"delivery-watermark-only":   {"delivery A/psid:Maya"},
	"delivery-with-mids":        {"delivery A/psid:Maya"},
	"duplicate-of-message-text": {"message text A/psid:Maya opens"},
	"echo-app-id-absent-or-string": {
		"echo text A/psid:Maya",
		"echo text A/psid:Maya",
	},
	"echo-from-other-app":                    {"echo text A/psid:Maya"},
	"echo-from-page-inbox":                   {"echo text A/psid:Maya"},
	"echo-image":                             {"echo media A/psid:Maya"},
	"echo-in-standby":                        {"echo text A/psid:Maya standby"},
	"echo-own-app":                           {"echo text A/psid:Maya"},
	"echo-template-button":                   {"echo template A/psid:Maya"},
	"echo-template-media-numeric-attachment": {"echo media A/psid:Maya"},
	"edit-first":                             {"edit A/psid:Maya edit=1"},
	"edit-string-count-unknown-mid":          {"edit A/psid:Maya edit=2"},
	"entry-empty":                            {},
	"event-with-no-kind":                     {"unknown (none) A/psid:Maya"},
	"feedback-csat-no-entry-id":              {`activity survey A/psid:Maya "" [satisfaction 5] [comment Ruth was lovely]`},
	"handover-app-roles":                     {"unknown app_roles A/"},
	"handover-pass-from-idle":                {`control control A/psid:Maya owner=app:512340000000007 "" [to app 512340000000007]`},
	"handover-pass-thread-control":           {`control control A/psid:Maya owner=app:512340000000007 "" [from app 512340000000099] [to app 512340000000007] [note customer asked for a person]`},
	"handover-request-thread-control":        {`control control A/psid:Maya "the conversation was asked for" [by app 512340000000099] [note bot wants the thread back]`},
	"handover-take-thread-control":           {`control control A/psid:Maya owner=app:263902037430900 "the conversation was taken over" [from app 512340000000007] [to the Page inbox] [note moved to main folder]`},
	"message-appointment-booking":            {"message media A/psid:Haruka opens [appointment requested] [from 2026-11-24 15:00 UTC] [to 2026-11-24 15:30 UTC] [time zone Asia/Tokyo] [booking bk_20261124_1500]"},
	"message-attachment-unknown-type":        {"message media A/psid:Maya opens"},
	"message-audio":                          {"message media A/psid:Leila opens"},
	"message-commands":                       {"message text A/psid:Maya opens"},
	"message-deleted":                        {"unsend A/psid:Maya"},
	"message-fallback-empty":                 {"message media A/psid:Maya opens"},
	"message-fallback-legacy":                {"message media A/psid:Maya opens"},
	"message-fallback-link":                  {"message text A/psid:Maya opens"},
	"message-file":                           {"message media A/psid:Tomás opens"},
	"message-ids-as-numbers":                 {"message text A/psid:Maya opens"},
	"message-ig-reel-relative-url":           {"message media A/psid:Maya opens"},
	"message-image-plugin-tag":               {"message media A/psid:guest tagged opens"},
	"message-image":                          {"message media A/psid:Maya opens"},
	"message-images-album":                   {"message media A/psid:Maya opens"},
	"message-lead-summary-seconds":           {"message text A/psid:Tomás opens [passed on by the lead ads]"},
	"message-location-legacy":                {"message media A/psid:Tomás opens"},
	"message-nlp":                            {"message text A/psid:Maya opens"},
	"message-post-share":                     {"message media A/psid:Maya opens"},
	"message-prior-message-checkbox":         {"message text A/psid:Maya other opens alias=checkbox"},
	"message-prior-message-plugin":           {"message text A/psid:Maya plugin tagged opens alias=0501"},
	"message-quick-reply-user-email":         {"message quick_reply A/psid:Maya tagged opens"},
	"message-quick-reply":                    {"message quick_reply A/psid:Maya opens"},
	"message-reel":                           {"message media A/psid:Maya opens"},
	"message-referral-ad":                    {"message text A/psid:Tomás ad ref=autumn-list opens"},
	"message-referral-shop-product":          {"message text A/psid:Tomás other opens"},
	"message-reply-to":                       {"message text A/psid:Maya opens"},
	"message-sticker-legacy-image":           {"message media A/psid:Maya opens"},
	"message-sticker-transition":             {"message media A/psid:Maya opens"},
	"message-sticker":                        {"message media A/psid:Maya opens"},
	"message-template-product-share":         {"message template A/psid:Tomás opens"},
	"message-text-and-image":                 {"message text A/psid:Maya opens"},
	"message-text-arabic":                    {"message text A/psid:Leila opens"},
	"message-text-cjk":                       {"message text A/psid:Haruka opens"},
	"message-text-emoji":                     {"message text A/psid:Tomás opens"},
	"message-text-long-multiline":            {"message text A/psid:Tomás opens"},
	"message-text-plugin-tag":                {"message text A/psid:Maya tagged opens"},
	"message-text-terminal-hostile":          {"message text A/psid:Tomás opens"},
	"message-text-unknown-fields":            {"message text A/psid:Maya opens [passed on by the lead ads]"},
	"message-text":                           {"message text A/psid:Maya opens"},
	"message-unsupported":                    {"message media A/psid:Maya opens"},
	"message-video":                          {"message media A/psid:Tomás opens"},
	"object-instagram":                       {},
	"optin-checkbox-user-ref":                {`activity optin A/user_ref:checkbox other ref=order-HL-20418 opens "opted in with the checkbox" [ref order-HL-20418]`},
	"optin-notification-messages":            {`activity optin A/psid:Maya "asked for messages" [about New arrivals every Friday] [time zone Europe/Dublin] [until 2027-11-21 08:40 UTC]`},
	"optin-send-to-messenger":                {`activity optin A/psid:Maya other ref=back-in-stock-HL-SALT-HB opens "opted in with the Send to Messenger button" [ref back-in-stock-HL-SALT-HB]`},
	"out-of-order-older-message":             {"message text A/psid:Maya opens"},
	"page-not-served":                        {"message text unserved/psid:7412000000000777 opens"},
	"policy-enforcement-block":               {`alert A/ alert=block "Messages sent by this Page were reported as unwanted."`},
	"policy-enforcement-legacy-key":          {`alert A/ alert=unblock ""`},
	"postback-button":                        {"postback postback A/psid:Maya opens"},
	"postback-get-started-ad":                {"postback postback A/psid:Tomás ad ref=autumn-list opens"},
	"postback-get-started-mme-ref":           {"postback postback A/psid:Tomás link ref=shop-window opens"},
	"postback-get-started-plugin-2018":       {"postback postback A/psid:Maya plugin ref=home opens"},
	"postback-get-started-plugin-guest":      {"postback postback A/psid:guest plugin ref=faq guest opens"},
	"postback-get-started-plugin-null-ref":   {"postback postback A/user_ref:0502 plugin opens"},
	"postback-get-started-plugin-ref":        {"postback postback A/user_ref:0501 plugin ref=checkout-page_v2 opens"},
	"postback-ice-breaker":                   {"postback postback A/psid:Haruka opens"},
	"postback-in-changes-string-timestamp":   {"postback postback A/user_ref:0501 link ref=docs opens"},
	"postback-persistent-menu-no-mid":        {"postback postback A/psid:Maya opens"},
	"postback-standby-no-payload":            {"postback postback A/psid:Maya opens standby"},
	"reaction-love":                          {"reaction A/psid:Maya opens reaction=❤️"},
	"reaction-other-emoji":                   {"reaction A/psid:Leila opens reaction=🫶🏾"},
	"reaction-unreact":                       {"reaction A/psid:Maya"},
	"read-watermark":                         {"read A/psid:Maya"},
	"referral-ad":                            {"referral referral A/psid:Tomás ad ref=autumn-list"},
	"referral-discover-tab-no-ref":           {"referral referral A/psid:Tomás other"},
	"referral-lead-complete-seconds":         {"referral referral A/psid:Tomás ad [Which genre do you stock most? Crime] [How many titles a month? 20]"},
	"referral-messenger-code":                {"referral referral A/psid:Tomás other ref=till-1"},
	"referral-plugin-existing-thread-psid":   {"referral referral A/psid:Maya plugin ref=product-salt-ledger"},
	"referral-plugin-existing-thread":        {"referral referral A/user_ref:0501 plugin ref=product-salt-ledger"},
	"referral-plugin-guest":                  {"referral referral A/psid:guest plugin ref=faq guest"},
	"referral-plugin-id-and-user-ref":        {"referral referral A/psid:Maya plugin ref=basket alias=0501"},
	"referral-shortlink":                     {"referral referral A/psid:Maya link ref=newsletter-nov opens"},
	"response-feedback":                      {`feedback A/psid:Maya feedback="Bad response"`},
	"standby-message":                        {"message text A/psid:Maya opens standby"},
	"unknown-event-kind":                     {"unknown hologram_call A/psid:Maya"},
	"wire-batch": {
		"message text A/psid:Maya opens",
		"message text B/psid:Priya opens",
	},
	"wire-message-escaped-unicode": {"message text A/psid:Leila opens"},
	"wire-postback-plugin":         {"postback postback A/user_ref:0501 plugin ref=wire opens"},
}

func TestTranslateFixtures(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob(filepath.Join(fixtures, "*.json"))
	if err != nil || len(files) != len(wantFixtures) {
		t.Fatalf("%d fixtures, error %v, want the %d of the table", len(files), err, len(wantFixtures))
	}
	for _, file := range files {
		name := strings.TrimSuffix(filepath.Base(file), ".json")
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			facts := translate(fixture(t, filepath.Base(file)))
			got := []string{}
			for _, f := range facts {
				got = append(got, sketch(f))
				checkFact(t, f)
			}
			if diff := cmp.Diff(wantFixtures[name], got); diff != "" {
				t.Errorf("facts (-want +got):\n%s", diff)
			}
			if diff := cmp.Diff(facts, translate(fixture(t, filepath.Base(file)))); diff != "" {
				t.Errorf("translated again, the facts differ (-first +second):\n%s", diff)
			}
		})
	}
}

// checkFact holds a fact to what is true of every fact.
func checkFact(t testing.TB, f store.Fact) {
	t.Helper()
	switch {
	case f.Inbox == "" || f.Inbox == "0":
		t.Errorf("a fact of inbox %q", f.Inbox)
	case f.ID == "" || f.Key == "":
		t.Errorf("a fact without id or key: %+v", f)
	case f.At < 0 || f.At > arrival+5*60*1000:
		t.Errorf("a fact of time %d, arrival was %d", f.At, arrival)
	case f.Watermark < 0 || f.Watermark > arrival+5*60*1000:
		t.Errorf("a fact with watermark %d, arrival was %d", f.Watermark, arrival)
	case (f.Contact.ID == "") != (f.Contact.Kind == ""):
		t.Errorf("half a contact: %+v", f.Contact)
	case f.Contact.ID == string(f.Inbox):
		t.Errorf("the page %s is its own contact", f.Inbox)
	case f.Touch != nil && (f.Touch.At != f.At || f.Touch.ID != f.ID || f.Touch.Origin == ""):
		t.Errorf("a touch that is not its line's: %+v of %s at %d", *f.Touch, f.ID, f.At)
	case f.Kind == store.FactUnknown && (f.Name == "" || len(f.Name) > 64 || f.OpensWindow || f.Touch != nil):
		t.Errorf("an unknown fact that means something: %+v", f)
	case f.Kind == store.FactEcho && (f.OpensWindow || f.Touch != nil || f.Tagged):
		t.Errorf("an echo that counts as the contact's: %+v", f)
	}
}
