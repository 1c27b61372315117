package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"frontdesk/desk"
	"frontdesk/messenger"
	"frontdesk/store"
	"frontdesk/tui"
)

const showPage = 500 // messages asked for at a time

func newShow(flags *settingFlags) *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "show CONVERSATION",
		Short: "Show one conversation, oldest message first",
		Long: `Show one conversation, oldest message first. CONVERSATION is an id as frontdesk list prints it.
It marks nothing as read. What --json prints is a promise: docs/guide/json.md.`,
		Example: `frontdesk show 109872000000101:7412000000000101
frontdesk show 109872000000101:7412000000000101 --json | jq -r 'select(.direction == "in") | .text'`,
		Args: oneConversation,
		RunE: func(cmd *cobra.Command, args []string) error {
			return throughDoor(cmd, flags.given(), withoutCourier, func(ctx context.Context, d *door) error {
				return show(ctx, d, cmd.OutOrStdout(), store.ConversationID(args[0]), asJSON)
			})
		},
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "one JSON object a line")
	return cmd
}

func show(ctx context.Context, d *door, w io.Writer, id store.ConversationID, asJSON bool) error {
	c, err := findConversation(ctx, d, id)
	if err != nil {
		return err
	}
	lines := newJSONLines(w)
	return eachMessage(ctx, d, c.ID, func(m store.Message) error {
		if asJSON {
			return lines.Encode(toMessageJSON(m))
		}
		_, err := io.WriteString(w, showLine(c, m))
		return err
	})
}

// findConversation explains what it means that there is none.
func findConversation(ctx context.Context, d desk.Reader, id store.ConversationID) (store.Conversation, error) {
	c, err := d.Conversation(ctx, id)
	if errors.Is(err, store.ErrNotFound) {
		return c, withCode(exitNotFound, fmt.Errorf("there is no conversation %s; frontdesk list shows their ids", id))
	}
	return c, err
}

// eachMessage calls do for every message of a conversation, oldest first.
func eachMessage(ctx context.Context, d desk.Reader, id store.ConversationID, do func(store.Message) error) error {
	r := store.ThreadRequest{Conversation: id, Newer: true, Limit: showPage}
	for {
		page, err := d.Thread(ctx, r)
		if err != nil {
			return err
		}
		for _, m := range page.Messages {
			if err := do(m); err != nil {
				return err
			}
			r.From = m.Place()
		}
		if !page.More || len(page.Messages) == 0 {
			return nil
		}
	}
}

// showLine is a message for people: a head, then what was said, set in.
func showLine(c store.Conversation, m store.Message) string {
	who := string(m.Direction)
	switch m.Direction {
	case store.In:
		who = c.Contact.Title()
	case store.Out:
		switch {
		case m.Agent != "":
			who = m.Agent
		case m.Token != "":
			who = "you"
		default:
			who = tui.EchoAuthor(m.AppID)
		}
	case store.Note:
		who = m.Agent + " (note)"
	case store.Activity:
		who = "·"
	}
	head := fmt.Sprintf("%s  %s", m.At.Time().Local().Format("2006-01-02 15:04:05"), tui.CleanLine(who))
	if m.State != "" {
		head += "  [" + string(m.State) + "]"
	}
	var b strings.Builder
	b.WriteString(head + "\n")
	for _, line := range bodyLines(m) {
		b.WriteString("    " + line + "\n")
	}
	return b.String()
}

// quickReplyTitle is what a quick reply shows; two kinds have a title of the platform's.
func quickReplyTitle(q messenger.QuickReply) string {
	switch q.ContentType {
	case messenger.QuickReplyPhone:
		return "phone number"
	case messenger.QuickReplyEmail:
		return "e-mail address"
	}
	return q.Title
}

// tapText is what was said, with a sign before what was tapped and not typed.
func tapText(m store.Message) string {
	text := lineText(m)
	if !tui.IsTap(&m) || m.Direction == store.Activity {
		return text
	}
	for _, said := range []string{text, m.Payload, "(no title)"} {
		if said != "" {
			return "▸ " + said
		}
	}
	return ""
}

// bodyLines is what a message holds, cleaned.
func bodyLines(m store.Message) []string {
	var lines []string
	if head := tui.HeadWord(&m); head != "" {
		lines = append(lines, head)
	}
	if text := tapText(m); text != "" {
		lines = append(lines, strings.Split(tui.Clean(text), "\n")...)
	}
	add := func(format string, args ...any) { lines = append(lines, tui.CleanLine(fmt.Sprintf(format, args...))) }
	for i := range m.Attachments {
		a := &m.Attachments[i]
		add("%s", strings.Join(strings.Fields("["+tui.MediaWord(a)+"] "+a.Title+" "+a.URL), " "))
	}
	for _, q := range m.QuickReplies {
		add("( %s )", quickReplyTitle(q))
	}
	for _, b := range m.Buttons {
		add("[ %s ] %s", b.Title, b.URL)
	}
	for _, e := range m.Elements {
		add("▪ %s %s", e.Title, e.Subtitle)
		for _, b := range e.Buttons {
			add("  [ %s ] %s", b.Title, b.URL)
		}
	}
	for _, f := range m.Files {
		if f.Problem != "" {
			add("(%s)", f.Problem)
		} else {
			add("(%s, %d bytes, kept)", f.Type, f.Size)
		}
	}
	if m.ReplyTo != "" {
		add("(in answer to %s)", m.ReplyTo)
	}
	if m.Direction != store.Activity { // an activity says them itself
		for _, d := range m.Details {
			add("%s", d)
		}
	}
	for _, e := range m.Edits {
		add("(before: %s)", e.Text)
	}
	for _, r := range m.Reactions {
		add("(%s)", r.Emoji)
	}
	if m.Feedback != "" {
		add("(feedback: %s)", m.Feedback)
	}
	if m.Withdrawn {
		add("(withdrawn)")
	}
	if e := m.Error; e != nil {
		add("%s %s", e.Text, e.Advice)
	}
	return lines
}
