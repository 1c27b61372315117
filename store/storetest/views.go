package storetest

import (
	"bytes"
	"context"
	"io"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"frontdesk/store"
)

// Views is what RunViews tests: views that can be closed, checked and written out.
type Views interface {
	store.Views
	io.Closer
	// Check verifies what follows from the rows: indexes, memberships, counters.
	Check(ctx context.Context) error
	// Dump writes everything as text, the same for the same rows.
	Dump(ctx context.Context, w io.Writer) error
}

// OpenViews opens the views of a folder, or creates them; it is called again for the same folder after a Close.
type OpenViews func(t testing.TB, dir string) Views

// RunViews holds views to the contracts of store.Views and store.Rows.
func RunViews(t *testing.T, open OpenViews) {
	t.Helper()
	for name, test := range map[string]func(*desk){
		"a new file is empty":                      viewsEmpty,
		"applied moves with the rows":              viewsApplied,
		"a failing change changes nothing":         viewsRollback,
		"reset":                                    viewsReset,
		"reopening":                                viewsReopen,
		"ended context and closed":                 viewsEnded,
		"conversations are put, got and replaced":  rowsConversations,
		"rows see what the same apply put":         rowsOwnWrites,
		"messages are put, replaced, moved, gone":  rowsMessages,
		"messages from a place":                    rowsMessagesFrom,
		"keys":                                     rowsKeys,
		"touches":                                  rowsTouches,
		"rows without what they need are refused":  rowsRefused,
		"copies are copies":                        rowsCopies,
		"hostile texts":                            rowsHostile,
		"every field comes back":                   rowsWhole,
		"hidden conversations":                     rowsHidden,
		"conversations that became others":         rowsInto,
		"taking keys":                              rowsTaken,
		"unsettled replies of a conversation":      rowsUnsettled,
		"alerts and redactions":                    rowsInboxes,
		"names of unknown events":                  rowsUnknown,
		"list: every field":                        listFields,
		"list: origins":                            listOrigins,
		"list: words":                              listWords,
		"list: refused":                            listRefused,
		"list: cursors both ways":                  listCursors,
		"list: rare and common agree":              listRare,
		"list: rows move between pages":            listMoving,
		"list: many refs and labels":               listManyTexts,
		"thread: paging both ways":                 threadPaging,
		"thread: time order is key order":          threadOrder,
		"delivery states as read":                  threadStates,
		"message by id":                            threadMessage,
		"counts follow transitions":                countsFollow,
		"counts of refs":                           countsRefs,
		"counts of labels":                         countsLabels,
		"uploads":                                  rowsUploads,
		"outbox":                                   queueOutbox,
		"due":                                      queueDue,
		"nameless":                                 queueNameless,
		"the same rows in any order dump the same": viewsDump,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := newDesk(t, open)
			test(d)
			d.check()
		})
	}
	t.Run("random changes against a plain model", func(t *testing.T) {
		t.Parallel()
		viewsRandom(t, open)
	})
}

// desk is views under test, with shorthands that fail the test.
type desk struct {
	testing.TB
	Views
	open OpenViews
	dir  string
	seq  store.Seq
}

func newDesk(t testing.TB, open OpenViews) *desk {
	t.Helper()
	d := &desk{TB: t, open: open, dir: t.TempDir()}
	d.Views = open(t, d.dir)
	t.Cleanup(func() {
		if err := d.Close(); err != nil {
			t.Errorf("Close: %v", err)
		}
	})
	return d
}

func (d *desk) ctx() context.Context { return d.Context() }

func (d *desk) reopen() {
	d.Helper()
	if err := d.Close(); err != nil {
		d.Fatalf("Close: %v", err)
	}
	d.Views = d.open(d.TB, d.dir)
}

func (d *desk) check() {
	d.Helper()
	if err := d.Check(d.ctx()); err != nil {
		d.Errorf("Check: %v", err)
	}
}

// apply runs change as the next record.
func (d *desk) apply(change func(store.Rows) error) {
	d.Helper()
	d.seq++
	if err := d.Apply(d.ctx(), d.seq, change); err != nil {
		d.Fatalf("Apply: %v", err)
	}
}

func (d *desk) put(convs ...store.Conversation) {
	d.Helper()
	d.apply(func(r store.Rows) error {
		for _, c := range convs {
			if err := r.PutConversation(c); err != nil {
				return err
			}
		}
		return nil
	})
}

// say puts messages and, where there is none, an empty conversation for them.
func (d *desk) say(messages ...store.Message) {
	d.Helper()
	d.apply(func(r store.Rows) error {
		for _, m := range messages {
			_, ok, err := r.Conversation(m.Conversation)
			if err == nil && !ok {
				err = r.PutConversation(conv(m.Conversation, m.At))
			}
			if err != nil {
				return err
			}
			if err := r.PutMessage(m); err != nil {
				return err
			}
		}
		return nil
	})
}

func (d *desk) list(req store.ListRequest) store.ListPage {
	d.Helper()
	if req.Limit == 0 {
		req.Limit = 1000
	}
	page, err := d.List(d.ctx(), req)
	if err != nil {
		d.Fatalf("List(%+v): %v", req, err)
	}
	return page
}

// wantIDs asks for a query and compares the ids of the answer.
func (d *desk) wantIDs(q store.Query, want ...store.ConversationID) {
	d.Helper()
	got := idsOf(d.list(store.ListRequest{Query: q}).Rows)
	if !slices.Equal(got, want) {
		d.Errorf("%+v lists %q, want %q", q, got, want)
	}
}

func (d *desk) counts() store.Counts {
	d.Helper()
	c, err := d.Counts(d.ctx())
	if err != nil {
		d.Fatalf("Counts: %v", err)
	}
	return c
}

func (d *desk) dump() string {
	d.Helper()
	var b bytes.Buffer
	if err := d.Dump(d.ctx(), &b); err != nil {
		d.Fatalf("Dump: %v", err)
	}
	return b.String()
}

func (d *desk) wantDiff(what string, got, want any, opts ...cmp.Option) {
	d.Helper()
	if diff := cmp.Diff(want, got, opts...); diff != "" {
		d.Errorf("%s (-want +got):\n%s", what, diff)
	}
}

func idsOf(rows []store.Conversation) []store.ConversationID {
	var ids []store.ConversationID
	for _, c := range rows {
		ids = append(ids, c.ID)
	}
	return ids
}

// conv is an open conversation that was asked for its profile.
func conv(id store.ConversationID, at store.Millis) store.Conversation {
	return store.Conversation{
		ID: id, Inbox: "1", Status: store.StatusOpen, LastActivity: at, ProfileAt: 1,
		Contact: store.Contact{Kind: store.ContactPSID, ID: string(id)},
	}
}

func message(conv store.ConversationID, id store.MessageID, at store.Millis) store.Message {
	return store.Message{ID: id, Conversation: conv, At: at, Direction: store.In, Kind: store.KindText, Text: string(id)}
}

func term(f store.Field, values ...string) store.Query {
	return store.Query{Terms: []store.Term{{Field: f, Values: values}}}
}

func not(f store.Field, values ...string) store.Query {
	return store.Query{Terms: []store.Term{{Field: f, Values: values, Not: true}}}
}

// both is a query for which two hold.
func both(a, b store.Query) store.Query {
	return store.Query{
		Terms: append(slices.Clone(a.Terms), b.Terms...),
		Words: append(slices.Clone(a.Words), b.Words...),
	}
}
