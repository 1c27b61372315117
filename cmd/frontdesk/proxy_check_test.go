package main

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"frontdesk/store"
)

// check compares what the program shows with what the platform holds.
func (w *proxied) check(x *two, when string, undisturbed bool) {
	w.t.Helper()
	shown := map[store.MessageID]messageJSON{}
	for _, line := range w.show(x.id) {
		if line.Direction == store.Out {
			if _, twice := shown[line.ID]; twice {
				w.t.Errorf("%s, %s: %s is shown twice", x, when, line.ID)
			}
			shown[line.ID] = line
		}
	}
	if len(shown) != 2 {
		w.t.Errorf("%s, %s: %d replies are shown, want 2: %v", x, when, len(shown), slices.Collect(maps.Keys(shown)))
	}
	w.checkCopies(x, when)
	for _, m := range []store.Message{x.first, x.second} {
		line, held := shown[m.ID], w.ledger.of(m.Token)
		switch wrong := ""; {
		case line.State.Sent() && (len(held) != 1 || line.MID != held[0]):
			wrong = "but the platform holds " + fmt.Sprint(held)
			fallthrough
		case !line.State.Sent() && len(held) != 0:
			w.t.Errorf("%s, %s: %s is %s, mid %s, %s %d of it", x, when, m.ID, line.State, line.MID, cmp.Or(wrong, "but the platform holds"), len(held))
		}
		w.counts.add("state: " + string(line.State))
	}
	first, second := shown[x.first.ID], shown[x.second.ID]
	if second.State == store.StateHeld && first.State.Sent() || second.State.Sent() && !first.State.Sent() && first.State != store.StateCancelled {
		w.t.Errorf("%s, %s: the second is %s behind a first that is %s", x, when, second.State, first.State)
	}
	if undisturbed && first.State != x.ends {
		w.t.Errorf("%s, %s: the first is %s (%+v), want %s", x, when, first.State, first.Error, x.ends)
	}
	if undisturbed {
		w.checkWait(x)
	}
	if (first.Error == nil || first.Error.Text == "") && (first.State == store.StateFailed || first.State == store.StateUnknown || first.State == store.StateHeld) {
		w.t.Errorf("%s, %s: the first is %s, and nothing says why", x, when, first.State)
	}
	for _, line := range shown {
		if line.Error != nil && strings.Contains(line.Error.Text+line.Error.Advice, "<") {
			w.t.Errorf("%s, %s: the screen shows the gateway's page: %+v", x, when, line.Error)
		}
	}
}

// checkCopies looks through what the platform holds of a conversation: each token once at most, the first before the second.
func (w *proxied) checkCopies(x *two, when string) {
	w.t.Helper()
	list, err := w.platform.Messages(w.t.Context(), x.who, 0)
	if err != nil {
		w.t.Fatal(err)
	}
	var order []store.Token
	for _, m := range list {
		if !m.FromPage {
			continue
		}
		token, known := w.ledger.tokenOf(m.MID)
		if !known {
			w.t.Errorf("%s, %s: the platform holds %s, and told of no token", x, when, m.MID)
		}
		if slices.Contains(order, token) {
			w.t.Errorf("%s, %s: the platform holds %s twice", x, when, token)
		}
		order = append(order, token)
	}
	if i, j := slices.Index(order, x.first.Token), slices.Index(order, x.second.Token); i > j && j >= 0 {
		w.t.Errorf("%s, %s: the second reply came before the first", x, when)
	}
}

// checkWait wants the pause that an answer asked for to have been made.
func (w *proxied) checkWait(x *two) {
	w.t.Helper()
	seen := w.proxy.Seen()[x.before:]
	if x.wait == 0 || len(seen) < 2 {
		return
	}
	if pause := seen[1].Begun.Sub(seen[0].Last); pause < x.wait {
		w.t.Errorf("%s: the next request came after %v, and was not to come before %v", x, pause, x.wait)
	}
}

// receipts has what arrived be delivered, or read, in some rounds; and only that may be shown so.
func (w *proxied) receipts(x *two) {
	w.t.Helper()
	tell, wanted := w.platform.Delivered, store.StateDelivered
	switch x.n % 3 {
	case 0:
		return
	case 1:
		tell, wanted = w.platform.Seen, store.StateRead
	}
	if err := tell(w.t.Context(), x.who, time.Now().Add(time.Second)); err != nil {
		w.t.Fatal(err)
	}
	w.told()
	for _, line := range w.show(x.id) {
		if line.State.Sent() && line.State != wanted {
			w.t.Errorf("%s: %s is %s, and the customer has it: it is %s", x, line.ID, line.State, wanted)
		}
	}
	w.check(x, "after the receipts", false)
}
