package ingest_test

import (
	"strings"
	"testing"

	"frontdesk/store"
)

// Hostile bodies cost themselves nothing but what is wrong in them: the fact is there, and each field that could be
// read has what was written.
func TestTranslateHostile(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("9", 40_000)
	text := strings.Repeat("語", 20_000)
	deep := strings.Repeat(`{"x":[`, 5_000) + `1` + strings.Repeat(`]}`, 5_000)
	from := func(id, rest string) string {
		return `{"sender":{"id":` + id + `},"recipient":{"id":"109872000000101"},` + rest + `}`
	}
	for name, test := range map[string]struct {
		event string
		want  store.Fact // the fields that are not zero are compared
	}{
		"ids of 40,000 bytes": {
			from(`"`+long+`"`, `"message":{"mid":"m_`+long+`","text":"x","reply_to":{"mid":"`+long+`"},"referral":{"source":"ADS","ref":"`+long+`"}}`),
			store.Fact{Contact: store.Contact{Kind: store.ContactPSID, ID: long}, MID: "m_" + long, ID: store.MessageID("m_" + long), Key: "msg:" + long, Text: "x", ReplyTo: long},
		},
		"an id of 40,000 digits": {
			from(long, `"message":{"mid":`+long+`,"text":"x"}`), store.Fact{Contact: store.Contact{Kind: store.ContactPSID, ID: long}, MID: long, Text: "x"},
		},
		"ids beyond 2^53 and int64": {
			from(`9007199254740993`, `"message":{"mid":99999999999999999999,"text":"x"}`),
			store.Fact{Contact: store.Contact{Kind: store.ContactPSID, ID: "9007199254740993"}, MID: "99999999999999999999", Text: "x"},
		},
		"a text of 20,000 characters": {from(`"1"`, `"message":{"mid":"m_1","text":"`+text+`"}`), store.Fact{Text: text, MID: "m_1"}},
		"nested deep":                 {from(`"1"`, `"message":{"mid":"m_1","nlp":`+deep+`,"text":"x"},"zeta":`+deep), store.Fact{Text: "x", MID: "m_1"}},
		"nested deep where a list is": {from(`"1"`, `"message":{"mid":"m_1","attachments":`+deep+`,"text":"x"}`), store.Fact{Text: "x", MID: "m_1"}},
		"broken surrogates":           {from(`"1"`, `"message":{"mid":"m_1","text":"\ud83dx\udc00"}`), store.Fact{Text: "\uFFFDx\uFFFD"}},
		"control and bidi characters": {from(`"1"`, `"message":{"mid":"m_1","text":"\u0000\u001b]0;x\u0007\u202e\u2066"}`), store.Fact{Text: "\x00\x1b]0;x\a\u202e\u2066"}},
		"names that differ by case": {
			from(`"1"`, `"Sender":{"id":"2"},"MESSAGE":{"mid":"m_2","text":"no"},"message":{"mid":"m_1","Mid":"m_3","text":"x","TEXT":"no","Is_Echo":true,"IS_DELETED":true}`),
			store.Fact{Kind: store.FactMessage, Contact: store.Contact{Kind: store.ContactPSID, ID: "1"}, MID: "m_1", Text: "x"},
		},
		"duplicate names: the last counts": {
			from(`"1"`, `"sender":{"id":"2","id":"3"},"message":{"mid":"m_1","text":"a"},"message":{"mid":"m_2","text":"b","text":"x"}`),
			store.Fact{Contact: store.Contact{Kind: store.ContactPSID, ID: "3"}, MID: "m_2", Text: "x"},
		},
		"a label of 40,000 bytes": {
			from(`"1"`, `"message":{"mid":"m_1","text":"x","tags":[{"source":"`+long+`"}]}`), store.Fact{Text: "x"},
		},
		"every neighbour of a wrong type": {
			from(`"1"`, `"timestamp":[],"prior_message":3,"hop_context":"x","lead":[1],"optin":"x","source":{},`+
				`"message":{"mid":"m_1","text":"x","attachments":7,"tags":"x","referral":[],"reply_to":1,"quick_reply":[],"is_echo":{},"app_id":[],"metadata":{}}`),
			store.Fact{Kind: store.FactMessage, LineKind: store.KindText, Text: "x", MID: "m_1", At: 1794819700000},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			neighbour := from(`"7"`, `"message":{"mid":"m_n","text":"still here"}`)
			facts := translate(body(neighbour + "," + test.event + "," + neighbour))
			if len(facts) != 3 || facts[0].Text != "still here" || facts[2].Text != "still here" {
				t.Fatalf("%d facts: it took others with it", len(facts))
			}
			f := facts[1]
			checkFact(t, f)
			for _, c := range [][2]string{
				{string(test.want.Kind), string(f.Kind)},
				{string(test.want.LineKind), string(f.LineKind)},
				{test.want.Contact.ID, f.Contact.ID},
				{string(test.want.ID), string(f.ID)},
				{test.want.Key, f.Key},
				{test.want.MID, f.MID},
				{test.want.Text, f.Text},
				{test.want.ReplyTo, f.ReplyTo},
			} {
				if c[0] != "" && c[0] != c[1] {
					t.Errorf("got %.80q, want %.80q", c[1], c[0])
				}
			}
			if test.want.At != 0 && f.At != test.want.At {
				t.Errorf("at %d, want %d", f.At, test.want.At)
			}
		})
	}
}
