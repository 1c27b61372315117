package main

import (
	"fmt"
	"strings"
	"testing"
)

// Hostile webhooks are kept, listed and shown like any other, whatever the order, and views made again say the same.
func TestHostileWebhooks(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("x/ü", 10_000) // 40,000 bytes
	event := func(id, rest string) string {
		return fmt.Sprintf(`{"object":"page","entry":[{"id":%q,"time":1794819700000,"messaging":[`+
			`{"sender":{"id":%q},"recipient":{"id":%q},"timestamp":1794819600000,%s}]}]}`, killPage, id, killPage, rest)
	}
	deep := strings.Repeat(`{"x":[`, 5_000) + `1` + strings.Repeat(`]}`, 5_000)
	bodies := []string{
		event(long, `"message":{"mid":"m_`+long+`","text":"said","reply_to":{"mid":"`+long+`"},"referral":{"source":"`+long+`","ref":"`+long+`"}}`),
		event(long, `"reaction":{"mid":"m_`+long+`","action":"react","emoji":"`+long+`"}`),
		event(long, `"message_edit":{"mid":"`+long+`","text":"edited","num_edit":1}`),
		event(long, `"message":{"mid":"m_gone`+long+`","text":"gone"}`),
		event(long, `"message":{"mid":"m_gone`+long+`","is_deleted":true}`),
		event("7", `"prior_message":{"source":"s","identifier":"`+long+`"},"message":{"mid":"m_alias","text":"`+strings.Repeat("語", 20_000)+`"}`),
		event("7", `"`+long+`":{"kind":"nobody knows"}`),
		event("7", `"message":{"mid":"m_deep","text":"deep","nlp":`+deep+`},"zeta":`+deep),
		event("7", `"message":{"mid":"m_bytes","text":"\u0000\u001b[31m\u202e\ud83d","text":"\ud83dlast\u0000"}`),
		event("9007199254740993", `"message":{"mid":99999999999999999999,"text":["no"],"attachments":{"type":"image"}}`),
		`{"object":"page","entry":[{"id":"` + killPage + `","changes":[{"field":"inbox_labels","value":{"user":{"id":"7"},"action":"add","label":{"page_label_name":"` + long + `"}}}]}]}`,
	}
	want := printedAfter(t, bodies, 1)
	if len(want) != 4 { // the list, and three conversations
		t.Fatalf("%d conversations, want 3", len(want)-1)
	}
	for seed := range uint64(2) {
		t.Run(fmt.Sprintf("shuffled by %d", seed), func(t *testing.T) {
			t.Parallel()
			got := printedAfter(t, shuffled(seed, bodies, bodies), 4)
			for id, lines := range want {
				if strings.Join(got[id], "\n") != strings.Join(lines, "\n") {
					t.Errorf("%.40s is printed otherwise:\n%.600s\nwant\n%.600s", id, got[id], lines)
				}
			}
		})
	}
}
