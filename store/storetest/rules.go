package storetest

import (
	"bytes"
	"context"
	"errors"
	"io"
	"slices"
	"testing"

	"frontdesk/store"
)

// DumpedViews are views that can be closed, opened again, and written out whole to be compared.
type DumpedViews interface {
	store.Views
	io.Closer
	Dump(ctx context.Context, w io.Writer) error
}

// RunRules holds store.Projector to the rules of what is remembered, over a real log and real views. open opens both
// in a folder, or creates them; it is called again for the same folder after both were closed.
func RunRules(t *testing.T, open func(t *testing.T, dir string) (Log, DumpedViews)) {
	t.Helper()
	for _, rules := range []map[string]func(*stage){
		messageRules, touchRules, answerRules, statusRules, receiptRules, echoRules, outboxRules, projectorRules,
		editRules, unsendRules, withdrawnRules, reactionRules, besideRules, mergeRules,
		noteRules, labelRules, ourReactionRules, mediaRules, uploadRules, carriedRules, trailRules,
		controlRules,
	} {
		for name, rule := range rules {
			t.Run(name, func(t *testing.T) {
				t.Parallel()
				rule(newStage(t, open))
			})
		}
	}
	t.Run("random histories match a plain model", func(t *testing.T) {
		t.Parallel()
		propertyModel(t, open, (*history).step)
	})
	t.Run("random fates of replies match a plain model", func(t *testing.T) {
		t.Parallel()
		propertyModel(t, open, (*history).fate)
	})
	t.Run("random withdrawals match a plain model", func(t *testing.T) {
		t.Parallel()
		propertyModel(t, open, (*history).withdrawals)
	})
	t.Run("a replay of random nonsense gives the same views", func(t *testing.T) {
		t.Parallel()
		propertyReplay(t, open)
	})
	t.Run("the order of arrival does not matter", func(t *testing.T) {
		t.Parallel()
		propertyOrder(t, open)
	})
}

var projectorRules = map[string]func(*stage){
	"a record that can't be read is stepped over": func(s *stage) {
		s.append(store.Record{Kind: 99, At: 1, Body: []byte("?")})
		s.append(store.Record{Kind: store.RecordAct, At: 1, Body: []byte("{")})
		s.append(store.Record{Kind: store.RecordWebhook, At: 1, Body: []byte("{")})
		s.tell(said("m1", 10))
		want(s, "thread", s.ids(), []string{"m1"})
		want(s, "stepped over", s.projector.Skipped(), 2)
		want(s, "place told to the feed", s.feed.Applied(), s.log.Head())
	},
	"a fault in translating costs its own record": func(s *stage) {
		translate := func(r store.Record) []store.Fact {
			if bytes.Contains(r.Body, []byte("poison")) {
				panic("poison")
			}
			return translateJSON(r)
		}
		s.projector = store.NewProjector(s.log, s.views, translate, s.feed, nil)
		s.tell(said("poison", 10))
		s.tell(said("m1", 20))
		want(s, "thread", s.ids(), []string{"m1"})
		want(s, "stepped over", s.projector.Skipped(), 1)
	},
	"records about conversations that are not there change nothing": func(s *stage) {
		s.try("t", 1)
		s.end("t", 1, store.OutcomeSent, "m1")
		s.act(store.Act{Verb: store.VerbResolve})
		s.do(store.Profile{Conversation: marasC, Name: "Mara"})
		s.do(store.Woke{Conversation: marasC, Until: 1})
		s.do(store.Reply{Token: "x", Conversation: "no id"})
		s.tell(store.Fact{Kind: store.FactMessage, Inbox: page, ID: "m1", Key: "msg:m1", At: 5})
		s.catchUp()
		p, err := s.views.List(s.Context(), store.ListRequest{Limit: 10})
		if err != nil || len(p.Rows) != 0 {
			s.Errorf("List = %d rows, %v; want none", len(p.Rows), err)
		}
	},
	"unknown events are counted once and make no conversation": func(s *stage) {
		f := store.Fact{Kind: store.FactUnknown, Inbox: page, Contact: mara, Key: "hash:1", Name: "novelty"}
		s.tell(f, f)
		s.tell(f)
		s.tell(store.Fact{Kind: "invented later", Inbox: page, Key: "hash:2"})
		s.catchUp()
		counts, err := s.views.Counts(s.Context())
		if err != nil || counts.Unknown != 2 || counts.Total != 0 {
			s.Errorf("Counts = %+v, %v; want 2 unknown events and no conversation", counts, err)
		}
	},
	"views ahead of the log are noticed": func(s *stage) {
		s.tell(said("m1", 10))
		s.catchUp()
		if err := s.views.Apply(s.Context(), 99, func(store.Rows) error { return nil }); err != nil {
			s.Fatalf("Apply: %v", err)
		}
		if err := s.projector.Run(s.Context()); !errors.Is(err, store.ErrAhead) {
			s.Errorf("Run = %v, want ErrAhead", err)
		}
	},
	"Run follows the log": func(s *stage) {
		ctx, cancel := context.WithCancel(s.Context())
		ended := make(chan error)
		go func() { ended <- s.projector.Run(ctx) }()
		log := store.PokedLog{Log: s.log, Projector: s.projector}
		var last store.Seq
		for i := range 20 {
			seq, err := log.Append(ctx, webhook(s, 5, factOf(said("m"+string(rune('a'+i)), store.Millis(i+1)))))
			if err != nil {
				s.Fatalf("Append: %v", err)
			}
			last = seq
		}
		if err := s.feed.Wait(ctx, last); err != nil {
			s.Fatalf("Wait: %v", err)
		}
		cancel()
		if err := <-ended; err != nil {
			s.Errorf("Run: %v", err)
		}
		want(s, "messages", len(s.thread()), 20)
	},
	"a replay gives the same views": func(s *stage) {
		s.tell(said("m1", 10), tagged(said("m2", 20)), came(30, store.OriginLink, "spring"))
		s.write("a")
		s.try("a", 1)
		s.end("a", 1, store.OutcomeFailed, "")
		s.act(store.Act{Verb: store.VerbResolve})
		s.tell(said("m0", 5), said("m2", 4), delivered(50, "m9"))
		s.catchUp()
		live := s.dump()
		var steps []store.Seq
		s.projector = store.NewProjector(slowLog{s.log, 2}, s.views, translateJSON, s.feed, nil)
		err := s.projector.Replay(s.Context(), func(applied, head store.Seq) {
			steps = append(steps, applied)
			if head != s.log.Head() {
				s.Errorf("head = %d, want %d", head, s.log.Head())
			}
		})
		if err != nil {
			s.Fatalf("Replay: %v", err)
		}
		want(s, "views", s.dump(), live)
		if len(steps) < 2 || !slices.IsSorted(steps) || steps[len(steps)-1] != s.log.Head() {
			s.Errorf("progress was told %v, want steps up to %d", steps, s.log.Head())
		}
	},
}
