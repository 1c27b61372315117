package main

import (
	"context"
	"fmt"
	"hash/maphash"
	"io"
	"os"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/charmbracelet/x/ansi"
	"github.com/charmbracelet/x/term"
	"github.com/spf13/cobra"

	"frontdesk/desk"
	"frontdesk/store"
	"frontdesk/tui"
)

const (
	listDefault = 50  // rows for people
	listPage    = 500 // rows asked for at a time
	listText    = 48  // cells of the last message
)

func newList(flags *settingFlags) *cobra.Command {
	var (
		asJSON bool
		limit  int
	)
	cmd := &cobra.Command{
		Use:   "list [QUERY]",
		Short: "List conversations, newest first",
		Long: `List conversations, newest first. Without QUERY: every conversation of every status.

QUERY is what the inbox's filter line takes: origin:plugin ref:pricing ref:spring-* is:unread is:unreplied status:open
inbox:ID assignee:me; commas are alternatives, a leading - negates, other words match names.
What --json prints is a promise: docs/guide/json.md.`,
		Example: `frontdesk list 'is:unreplied status:open'
frontdesk list 'origin:plugin -ref:pricing' --json | jq -r .id`,
		Args: cobra.ArbitraryArgs,
		RunE: func(cmd *cobra.Command, args []string) error {
			if !cmd.Flags().Changed("limit") && (asJSON || !term.IsTerminal(os.Stdout.Fd())) {
				limit = 0
			}
			if limit < 0 {
				return withCode(exitUse, fmt.Errorf("--limit %d: give a number of conversations, or 0 for all", limit))
			}
			return throughDoor(cmd, flags.given(), withoutCourier, func(ctx context.Context, d *door) error {
				q, err := desk.ParseQuery(strings.Join(args, " "), d.settings.Agent)
				if err != nil {
					return err
				}
				rows, err := list(ctx, d, cmd.OutOrStdout(), q, limit, asJSON)
				if err == nil && rows == 0 && term.IsTerminal(os.Stdout.Fd()) {
					cmd.PrintErrln("frontdesk: no conversation to list")
				}
				return err
			})
		},
	}
	cmd.SetFlagErrorFunc(func(_ *cobra.Command, err error) error {
		if strings.HasPrefix(err.Error(), "unknown shorthand flag") {
			err = fmt.Errorf("%w; a QUERY that begins with - stands behind --, as in: frontdesk list -- '-origin:plugin is:unread'", err)
		}
		return withCode(exitUse, err)
	})
	cmd.Flags().BoolVar(&asJSON, "json", false, "one JSON object a line")
	cmd.Flags().IntVar(&limit, "limit", listDefault, "at most so many; 0: all, as in pipes and with --json")
	return cmd
}

// list prints conversations and says how many.
func list(ctx context.Context, d *door, w io.Writer, q store.Query, limit int, asJSON bool) (rows int, err error) {
	state, err := d.State(ctx)
	if err != nil {
		return 0, err
	}
	here, err := d.Presences(ctx, nil)
	if err != nil { // an older frontdesk that runs does not know the question; who is there is then not known
		here = nil
	}
	lines, table := newJSONLines(w), tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	now := time.Now()
	err = eachConversation(ctx, d, q, limit, func(c store.Conversation) error {
		rows++
		if asJSON {
			row := toConversationJSON(c, state.Inboxes)
			p, known := here[c.ID]
			row.Presence = toPresenceJSON(p, known)
			return lines.Encode(row)
		}
		if _, err := fmt.Fprintln(table, listRow(c, now)); err != nil {
			return err
		}
		if rows%listPage == 0 { // columns are as wide as a page needs; a whole list is not kept for that
			return table.Flush()
		}
		return nil
	})
	if err != nil {
		return rows, err
	}
	return rows, table.Flush()
}

// eachConversation calls do for up to limit conversations (0: all), newest first. One that moves up while the list is
// read would be passed by: of all, such ones come last.
func eachConversation(ctx context.Context, d desk.Reader, q store.Query, limit int, do func(store.Conversation) error) error {
	var (
		r     = store.ListRequest{Query: q}
		top   store.Cursor
		seed  = maphash.MakeSeed()
		given = map[uint64]struct{}{} // hashes, because a million ids take ten times as much
	)
	give := func(c store.Conversation) error {
		h := maphash.String(seed, string(c.ID))
		if _, twice := given[h]; twice {
			return nil
		}
		given[h] = struct{}{}
		return do(c)
	}
	for limit == 0 || len(given) < limit {
		r.Limit = listPage
		if limit > 0 {
			r.Limit = min(listPage, limit-len(given))
		}
		page, err := d.List(ctx, r)
		if err != nil {
			return err
		}
		for _, c := range page.Rows {
			if err := give(c); err != nil {
				return err
			}
			r.From = cursorOf(c)
			if top == (store.Cursor{}) {
				top = r.From
			}
		}
		if !page.More || len(page.Rows) == 0 {
			break
		}
	}
	if limit > 0 || top == (store.Cursor{}) {
		return nil
	}
	return eachAbove(ctx, d, q, top, give)
}

// eachAbove calls do for the conversations above a place in the list.
func eachAbove(ctx context.Context, d desk.Reader, q store.Query, top store.Cursor, do func(store.Conversation) error) error {
	r := store.ListRequest{Query: q, From: top, Newer: true, Limit: listPage}
	for {
		page, err := d.List(ctx, r)
		if err != nil {
			return err
		}
		for _, c := range page.Rows {
			if err := do(c); err != nil {
				return err
			}
		}
		if !page.More || len(page.Rows) == 0 {
			return nil
		}
		r.From = cursorOf(page.Rows[0])
	}
}

func cursorOf(c store.Conversation) store.Cursor {
	return store.Cursor{LastActivity: c.LastActivity, ID: c.ID}
}

// listRow is a conversation for people.
func listRow(c store.Conversation, now time.Time) string {
	origin := string(c.Touch.Origin)
	if origin == "" {
		origin = string(store.OriginUnknown)
	}
	if c.Touch.Ref != "" {
		origin += " · " + c.Touch.Ref
	}
	unread := ""
	if c.Unread > 0 {
		unread = fmt.Sprintf("%d unread", c.Unread)
	}
	text := lastText(c.LastMessage)
	if c.LastMessage.Direction == store.Out {
		text = "you: " + text
	}
	cells := []string{
		string(c.ID), c.Contact.Title(), string(c.Status), unread, origin, age(now.Sub(c.LastActivity.Time())),
		ansi.Truncate(text, listText, "…"),
	}
	for i, cell := range cells {
		cells[i] = tui.CleanLine(cell)
	}
	return strings.TrimRight(strings.Join(cells, "\t"), "\t ")
}

// lastText is what a row says of the newest message: never nothing, where there is one.
func lastText(l store.LastMessage) string {
	text := tui.CleanLine(l.Text)
	switch {
	case l.Withdrawn:
		return "(withdrawn)"
	case l.Kind == store.KindQuickReply, l.Kind == store.KindPostback:
		if text == "" {
			text = "(no title)"
		}
		return "▸ " + text
	case text != "":
		return text
	case l.Media != "":
		return "[" + tui.CleanLine(l.Media) + "]"
	case l.Kind == store.KindOrder, l.Kind == store.KindForm:
		return "[" + string(l.Kind) + "]"
	}
	return ""
}

// age is how long ago something was, in its largest unit.
func age(d time.Duration) string {
	switch {
	case d < time.Minute:
		return "now"
	case d < time.Hour:
		return fmt.Sprintf("%dm", int(d.Minutes()))
	case d < 24*time.Hour:
		return fmt.Sprintf("%dh", int(d.Hours()))
	default:
		return fmt.Sprintf("%dd", int(d.Hours()/24))
	}
}
