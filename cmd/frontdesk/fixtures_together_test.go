package main

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"
)

// Webhooks that speak of one another lead to the same whichever comes first.
func TestRecordedWebhooksTogether(t *testing.T) {
	t.Parallel()
	all := recordedBodies(t)
	// The recorded withdrawal is of a message nobody sent; these are of one that was.
	midOf := func(name string) string {
		_, rest, _ := strings.Cut(all[name], `"mid": "`)
		mid, _, _ := strings.Cut(rest, `"`)
		return mid
	}
	all["withdrawal of message-text"] = strings.ReplaceAll(all["message-deleted"], midOf("message-deleted"), midOf("message-text"))
	all["reaction to message-text"] = strings.ReplaceAll(all["reaction-love"], midOf("reaction-love"), midOf("message-text"))
	for _, test := range []struct {
		names []string
		want  []string
	}{
		{
			[]string{"message-text", "duplicate-of-message-text", "edit-first"},
			[]string{"A:Maya open 1 unknown waits opens", "- in text edits=1"},
		},
		{
			[]string{"echo-own-app", "reaction-love"},
			[]string{"A:Maya pending 0 unknown opens", "- out text reactions=1 state=sent"},
		},
		{
			[]string{"echo-own-app", "reaction-love", "reaction-unreact"},
			[]string{"A:Maya pending 0 unknown opens", "- out text state=sent"},
		},
		{
			[]string{"echo-own-app", "delivery-with-mids", "read-watermark"},
			[]string{"A:Maya pending 0 unknown", "- out text state=read"},
		},
		{
			[]string{"echo-own-app", "delivery-with-mids"},
			[]string{"A:Maya pending 0 unknown", "- out text state=delivered"},
		},
		{
			[]string{"echo-from-other-app", "response-feedback"},
			[]string{"A:Maya pending 0 unknown", "- out text feedback=Bad response state=sent"},
		},
		{
			[]string{"message-text", "withdrawal of message-text"},
			[]string{"A:Maya open 1 unknown waits opens", "- in text withdrawn=true"},
		},
		{
			[]string{"message-text", "edit-first", "withdrawal of message-text", "reaction to message-text"},
			[]string{"A:Maya open 1 unknown waits opens", "- in text reactions=1 withdrawn=true"},
		},
		{
			[]string{"postback-get-started-plugin-ref", "message-prior-message-plugin"},
			[]string{"A:Maya open 2 plugin waits CUSTOMER_CHAT_PLUGIN checkout-page_v2 opens", "- in text", "- in postback"},
		},
		{
			[]string{"postback-get-started-plugin-ref", "referral-plugin-id-and-user-ref", "referral-plugin-existing-thread"},
			[]string{
				"A:Maya open 1 plugin waits CUSTOMER_CHAT_PLUGIN basket opens", "- in postback",
				"- activity referral came in by chat plugin, ref product-salt-ledger", "- activity referral came in by chat plugin, ref basket",
			},
		},
		{
			[]string{"optin-checkbox-user-ref", "message-prior-message-checkbox", "optin-send-to-messenger"},
			[]string{
				"A:Maya open 1 other waits back-in-stock-HL-SALT-HB opens", "- in text",
				"- activity optin opted in with the checkbox: ref order-HL-20418",
				"- activity optin opted in with the Send to Messenger button: ref back-in-stock-HL-SALT-HB",
			},
		},
		{
			[]string{"message-text", "changes-inbox-label", "handover-take-thread-control", "handover-pass-from-idle"},
			[]string{
				"A:Maya open 1 unknown waits opens labels=VIP", "- in text",
				"- activity control the conversation was taken over from app 512340000000007 to the Page inbox: “moved to main folder”",
				"- activity control the conversation was handed over to app 512340000000007",
			},
		},
		{
			[]string{"message-text", "echo-from-page-inbox"},
			[]string{"A:Maya open 1 unknown opens", "- in text", "- out text state=sent"},
		},
		{
			[]string{"message-text", "echo-from-other-app"}, // a bot's word is no answer
			[]string{"A:Maya open 1 unknown waits opens", "- in text", "- out text state=sent"},
		},
	} {
		for i, order := range permutations(test.names) {
			t.Run(fmt.Sprintf("%s/%d", strings.Join(test.names, "+"), i), func(t *testing.T) {
				t.Parallel()
				h, s := recordedHouse(t)
				for _, name := range slices.Concat(order, order[:1]) { // and the first once more
					if status, err := postSigned(t.Context(), h.base+"/webhook", killSecret, all[name]); err != nil || status != http.StatusOK {
						t.Fatalf("%s was answered %d, %v", name, status, err)
					}
				}
				if err := h.desk.CaughtUp(t.Context()); err != nil {
					t.Fatal(err)
				}
				if diff := gocmp.Diff(test.want, sketchHouse(t, &door{Contract: h.desk, settings: s})); diff != "" {
					t.Errorf("what %s led to (-want +got):\n%s", strings.Join(order, ", "), diff)
				}
			})
		}
	}
}

// permutations are all orders of a list.
func permutations(list []string) [][]string {
	if len(list) <= 1 {
		return [][]string{slices.Clone(list)}
	}
	var out [][]string
	for i, first := range list {
		rest := slices.Delete(slices.Clone(list), i, i+1)
		for _, p := range permutations(rest) {
			out = append(out, append([]string{first}, p...))
		}
	}
	return out
}
