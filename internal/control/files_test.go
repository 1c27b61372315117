package control_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"frontdesk/desk"
	"frontdesk/messenger"
)

// TestTheSocketChangesNoFiles asks a desk and a client of the same desk for the same files.
func TestTheSocketChangesNoFiles(t *testing.T) {
	t.Parallel()
	here := openDesk(t)
	_, path := serve(t, here)
	there := dial(t, path)
	ctx := t.Context()
	if err := there.CaughtUp(ctx); err != nil {
		t.Fatal(err)
	}
	price := filepath.Join(t.TempDir(), "prices <&>.pdf")
	if err := os.WriteFile(price, []byte("%PDF-1.7 and so on"), 0o600); err != nil {
		t.Fatal(err)
	}
	file, err := there.Attach(ctx, price)
	if err != nil || file.Name != "prices _&_.pdf" || file.Type != "application/pdf" || file.Size != 18 {
		t.Fatalf("attached %+v, %v", file, err)
	}
	m, err := there.Reply(ctx, desk.Reply{Conversation: conversation, Agent: "ana", File: &file})
	if err != nil || m.File == nil || *m.File != file || m.Attachments[0].Type != messenger.TypeFile {
		t.Fatalf("the reply is %+v, %v", m, err)
	}
	for name, call := range map[string]func(desk.Contract) outcome{
		"the same again": func(d desk.Contract) outcome { return outcomeOf(d.Attach(ctx, price)) },
		"no such file":   func(d desk.Contract) outcome { return outcomeOf(d.Attach(ctx, price+"x")) },
		"its bytes":      func(d desk.Contract) outcome { return outcomeOf(d.Media(ctx, file.Hash)) },
		"no such bytes":  func(d desk.Contract) outcome { return outcomeOf(d.Media(ctx, strings.Repeat("0", 64))) },
		"nothing to fetch": func(d desk.Contract) outcome {
			return outcomeOf(nil, d.Fetch(ctx, conversation, "m_1", 0))
		},
		"nobody's": func(d desk.Contract) outcome { return outcomeOf(nil, d.Fetch(ctx, "1:1", "m_1", 0)) },
	} {
		if diff := cmp.Diff(call(here), call(there)); diff != "" {
			t.Errorf("%s (-desk +socket):\n%s", name, diff)
		}
	}
}
