package tui

import (
	"testing"

	"frontdesk/ingest"
	"frontdesk/messenger"
)

func TestEveryOutcomeHasWords(t *testing.T) {
	t.Parallel()
	h, err := ingest.New(ingest.Options{
		Log: struct{ ingest.Appender }{}, Secrets: []messenger.Secret{{Value: []byte("secret")}},
	})
	if err != nil {
		t.Fatal(err)
	}
	all := h.Counters()
	for outcome := range all {
		if outcomeWords[string(outcome)].words == "" {
			t.Errorf("nothing says what %q is", outcome)
		}
	}
	if len(all) != len(outcomeWords) {
		t.Errorf("%d outcomes, and words for %d", len(all), len(outcomeWords))
	}
}
