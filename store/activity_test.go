package store_test

import (
	"testing"
	"time"

	"frontdesk/store"
)

func TestActivityTextOfMore(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name string
		m    store.Message
		want string
	}{
		{"an arrival", store.Message{Kind: store.KindReferral, Touch: &store.Touch{Origin: store.OriginPlugin, Ref: "pricing"}}, "came in by chat plugin, ref pricing"},
		{"an opt-in", store.Message{Kind: store.KindOptin}, "opted in"},
		{"with details", store.Message{Kind: store.KindControl, Details: []store.Detail{{Name: "from", Value: "7"}, {Name: "to", Value: "8"}}}, "the conversation was handed over from 7 to 8"},
		{"a note", store.Message{Kind: store.KindControl, Text: "the conversation was taken over", Details: []store.Detail{
			{Name: "from", Value: "app 7"}, {Name: "to", Value: "app 77"}, {Name: "note", Value: "customer asked for a person"},
		}}, "the conversation was taken over from us to app 77: “customer asked for a person”"},
		{"a request", store.Message{Kind: store.KindControl, Text: "the conversation was asked for", Details: []store.Detail{{Name: "by", Value: "app 8"}}}, "app 8 asks to answer this conversation"},
		{"a request of ours", store.Message{Kind: store.KindControl, Details: []store.Detail{{Name: "by", Value: "app 7"}, {Name: "note", Value: "vip"}}}, "we ask to answer this conversation: “vip”"},
		{"passed on by an agent", store.Message{Kind: store.KindControl, Text: "ana passed the conversation on", Details: []store.Detail{{Name: "to", Value: "the Page inbox"}}}, "ana passed the conversation on to the Page inbox"},
		{"free text", store.Message{Kind: store.KindSurvey, Details: []store.Detail{{Name: "satisfaction", Value: "5"}, {Name: "comment", Value: "Ruth was lovely"}}}, "answered a survey: satisfaction 5, comment “Ruth was lovely”"},
		{"names and times", store.Message{Kind: store.KindOptin, Details: []store.Detail{{Name: "about", Value: "News"}, {Name: "time zone", Value: "Europe/Dublin"}}}, "opted in: about “News”, time zone Europe/Dublin"},
		{"with words", store.Message{Kind: store.KindSurvey, Text: "was content", Details: []store.Detail{{Value: "5 of 5"}}}, "was content: 5 of 5"},
		{"a label put on", store.Message{Kind: store.KindLabeled, Agent: "ana", Text: "vip"}, "ana put the label vip on this"},
		{"a label taken off", store.Message{Kind: store.KindUnlabeled, Text: "vip"}, "somebody took the label vip off this"},
		{"of a kind to come", store.Message{Kind: "sunrise"}, "sunrise"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			c.m.Direction = store.Activity
			if got := store.ActivityTextFor(c.m, time.UTC, "7"); got != c.want {
				t.Errorf("%q, want %q", got, c.want)
			}
		})
	}
}
