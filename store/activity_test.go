package store_test

import (
	"testing"

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
		{"with details", store.Message{Kind: store.KindControl, Details: []store.Detail{{Name: "from", Value: "7"}, {Name: "to", Value: "8"}}}, "the conversation was handed over: from 7, to 8"},
		{"with words", store.Message{Kind: store.KindSurvey, Text: "was content", Details: []store.Detail{{Value: "5 of 5"}}}, "was content: 5 of 5"},
		{"a label put on", store.Message{Kind: store.KindLabeled, Agent: "ana", Text: "vip"}, "ana put the label vip on this"},
		{"a label taken off", store.Message{Kind: store.KindUnlabeled, Text: "vip"}, "somebody took the label vip off this"},
		{"of a kind to come", store.Message{Kind: "sunrise"}, "sunrise"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			c.m.Direction = store.Activity
			if got := store.ActivityText(c.m); got != c.want {
				t.Errorf("%q, want %q", got, c.want)
			}
		})
	}
}
