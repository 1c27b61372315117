package main

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"frontdesk/desk"
	"frontdesk/store"
)

// restless is a list in which a conversation moves to the top each time a page is read.
type restless struct {
	desk.Reader
	rows  []store.Conversation // newest first
	moves int
}

func (r *restless) List(_ context.Context, q store.ListRequest) (store.ListPage, error) {
	place := len(r.rows)
	if q.From == (store.Cursor{}) {
		place = -1
	}
	for i, c := range r.rows {
		if c.LastActivity <= q.From.LastActivity {
			place = i
			if c.ID != q.From.ID {
				place-- // it has moved away: what is below its place is older
			}
			break
		}
	}
	var page store.ListPage
	if q.Newer {
		from := max(0, place-q.Limit)
		page = store.ListPage{Rows: slices.Clone(r.rows[from:max(place, 0)]), More: from > 0}
	} else {
		to := min(len(r.rows), place+1+q.Limit)
		page = store.ListPage{Rows: slices.Clone(r.rows[place+1 : to]), More: to < len(r.rows)}
	}
	if r.moves > 0 {
		r.moves--
		last := r.rows[len(r.rows)-1]
		last.LastActivity = r.rows[0].LastActivity + 1
		r.rows = append([]store.Conversation{last}, r.rows[:len(r.rows)-1]...)
	}
	return page, nil
}

func TestListGivesEachConversationOnce(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct{ rows, moves, limit, want int }{
		"none":                       {0, 0, 0, 0},
		"one page":                   {7, 0, 0, 7},
		"three pages":                {2*listPage + 1, 0, 0, 2*listPage + 1},
		"some move up":               {3 * listPage, 2, 0, 3 * listPage},
		"a limit":                    {3 * listPage, 0, listPage + 3, listPage + 3},
		"a limit above all there is": {5, 0, 50, 5},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := &restless{moves: tt.moves}
			for i := range tt.rows {
				r.rows = append(r.rows, store.Conversation{
					ID: store.ConversationID(fmt.Sprintf("1:%d", i)), LastActivity: store.Millis(1_000_000 - i),
				})
			}
			got := map[store.ConversationID]int{}
			err := eachConversation(t.Context(), r, store.Query{}, tt.limit, func(c store.Conversation) error {
				got[c.ID]++
				return nil
			})
			if err != nil || len(got) != tt.want {
				t.Errorf("%d conversations, %v; want %d", len(got), err, tt.want)
			}
			for id, n := range got {
				if n != 1 {
					t.Errorf("%s was given %d times", id, n)
				}
			}
		})
	}
}

// TestListRowSaysWhatCameLast: a row never ends in nothing because the newest message has no words.
func TestListRowSaysWhatCameLast(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		last store.LastMessage
		want string
	}{
		"a text":              {store.LastMessage{Direction: store.In, Kind: store.KindText, Text: "Is it open?"}, "Is it open?"},
		"ours":                {store.LastMessage{Direction: store.Out, Kind: store.KindText, Text: "Yes."}, "you: Yes."},
		"several lines":       {store.LastMessage{Direction: store.In, Kind: store.KindText, Text: "one\n\x1b[31mtwo"}, "one two"},
		"a tap":               {store.LastMessage{Direction: store.In, Kind: store.KindPostback, Text: "Get Started"}, "▸ Get Started"},
		"a tap without title": {store.LastMessage{Direction: store.In, Kind: store.KindPostback}, "▸ (no title)"},
		"a quick reply":       {store.LastMessage{Direction: store.In, Kind: store.KindQuickReply, Text: "Monday"}, "▸ Monday"},
		"a picture":           {store.LastMessage{Direction: store.In, Kind: store.KindMedia, Media: "image"}, "[image]"},
		"our picture":         {store.LastMessage{Direction: store.Out, Kind: store.KindMedia, Media: "image"}, "you: [image]"},
		"an order":            {store.LastMessage{Direction: store.In, Kind: store.KindOrder}, "[order]"},
		"a form":              {store.LastMessage{Direction: store.In, Kind: store.KindForm}, "[form]"},
		"withdrawn":           {store.LastMessage{Direction: store.In, Kind: store.KindText, Withdrawn: true}, "(withdrawn)"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			row := listRow(store.Conversation{ID: "1:2", Status: store.StatusOpen, LastMessage: tt.last}, time.UnixMilli(0))
			cells := strings.Split(row, "\t")
			if got := cells[len(cells)-1]; got != tt.want {
				t.Errorf("the row ends in %q, want %q", got, tt.want)
			}
		})
	}
}
