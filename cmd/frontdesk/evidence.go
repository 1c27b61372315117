package main

import (
	"context"
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"frontdesk/desk"
	"frontdesk/store"
	"frontdesk/tui"
)

func newEvidence(flags *settingFlags) *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "evidence CONVERSATION MESSAGE",
		Short: "Show what is known of a message, and how",
		Long: `Show what is known of a message, and how it came to be known: the event by which it came, who wrote it, each request that
carried it, what the platform answered, receipts, and what agents decided, oldest first. With --json the events, requests
and answers are there as they were, without secrets. What the customer took back is not in it.`,
		Example: `frontdesk evidence 109872000000101:7412000000000101 out:TOKEN
frontdesk evidence 109872000000101:7412000000000101 m_ABC --json > evidence.json`,
		Args: conversationAndMessage("frontdesk show CONVERSATION --json names them"),
		RunE: func(cmd *cobra.Command, args []string) error {
			return throughDoor(cmd, flags.given(), withoutCourier, func(ctx context.Context, d *door) error {
				return evidence(ctx, d, cmd.OutOrStdout(), store.ConversationID(args[0]), store.MessageID(args[1]), asJSON)
			})
		},
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "one JSON object, with events, requests and answers")
	return cmd
}

func evidence(ctx context.Context, d *door, w io.Writer, conv store.ConversationID, id store.MessageID, asJSON bool) error {
	c, err := findConversation(ctx, d, conv)
	if err != nil {
		return err
	}
	m, err := findMessage(ctx, d, c.ID, id)
	if err != nil {
		return err
	}
	trail, err := d.Trail(ctx, c.ID, m.ID)
	if err != nil {
		return err
	}
	if asJSON {
		text, err := trail.JSON()
		if err != nil {
			return err
		}
		_, err = fmt.Fprintf(w, "%s\n", text)
		return err
	}
	_, err = io.WriteString(w, trailText(c, trail))
	return err
}

// trailText is a trail for people: the message, then a sentence for each step.
func trailText(c store.Conversation, t desk.Trail) string {
	var b strings.Builder
	b.WriteString(showLine(c, t.Message))
	if t.Cut {
		b.WriteString("\n(older steps are left out)\n")
	}
	b.WriteString("\n")
	for _, s := range t.Steps {
		sentence := tui.CleanLine(s.Sentence)
		if who := tui.CleanLine(s.Who); who != "" && !strings.Contains(strings.ToLower(sentence), strings.ToLower(who)) {
			sentence = who + ": " + sentence
		}
		fmt.Fprintf(&b, "%s  %s\n", s.At.Local().Format("2006-01-02 15:04:05.000"), sentence)
	}
	return b.String()
}
