package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"time"

	"github.com/spf13/cobra"

	"frontdesk/desk"
	"frontdesk/store"
)

const (
	replyWait = 30 * time.Second // how long --wait waits unless --timeout says otherwise
	echoWait  = 10 * time.Second // how long a reply whose request broke off may be settled by its echo
)

func newReply(flags *settingFlags) *cobra.Command {
	var f replyFlags
	cmd := &cobra.Command{
		Use:   "reply CONVERSATION --text TEXT",
		Short: "Reply in a conversation",
		Long: `Reply in a conversation: with a text, quick replies, buttons, cards, files, a canned response, or several of these. The
reply is checked and kept; the running frontdesk (or, with --wait, this command where none runs) carries it. With --wait
the command ends when the platform has answered. It prints the id and the state of each message that the reply became:
files go first, each as a message of its own.

Titles end at the first =, and what stands behind it is the payload, which is the title where there is none; \= is an =
of the title. What belongs to a card or to a quick reply stands behind it. Nothing is sent when something is wrong.

Exit codes: 0 done, 2 refused before sending, 3 the platform refused it, 4 nobody knows whether it arrived,
5 still queued or held, 6 no such conversation, 7 the views are behind, 8 another process holds the data. Of several
messages the worst decides. docs/guide/replying.md has more examples.`,
		Example: `frontdesk reply 109872000000101:7412000000000101 --text 'Yes, to all of Norway.' --wait

# answers to tap
frontdesk reply CONVERSATION --text 'Which day?' --quick-reply Monday=DAY_1 \
  --quick-reply Tuesday=DAY_2 --quick-reply-phone

# buttons under a text
frontdesk reply CONVERSATION --text 'How can we help?' \
  --button 'url:Our shop=https://lumen.example' --button 'postback:Talk to us=AGENT'

# a card
frontdesk reply CONVERSATION --card 'Lumen One=11 kg, made for town' \
  --card-image https://lumen.example/one.jpg --card-button 'postback:Reserve=ONE'

# files of this machine or of the web, and a text after them
frontdesk reply CONVERSATION --image map.png --file https://lumen.example/manual.pdf --text 'Here.'

# a canned response that asks for something
frontdesk reply CONVERSATION --canned shipping --blank 'Order number=4471'

# after the 24 hours, where the Page has the Human Agent feature
frontdesk reply CONVERSATION --text 'Your parcel is here.' --human-agent`,
		Args: oneConversation,
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := f.readStdin(cmd.InOrStdin()); err != nil {
				return err
			}
			if err := f.checkValues(); err != nil {
				return err
			}
			patient := cmd.Flags().Changed("timeout")
			return throughDoor(cmd, flags.given(), courierWanted(f.wait && f.note == ""), func(ctx context.Context, d *door) error {
				r := replying{replyFlags: &f, door: d, out: cmd.OutOrStdout(), errs: cmd.ErrOrStderr(), patient: patient}
				return r.run(ctx, store.ConversationID(args[0]))
			})
		},
	}
	f.add(cmd)
	return cmd
}

// replying is one run of reply.
type replying struct {
	*replyFlags
	*door
	out     io.Writer
	errs    io.Writer
	patient bool // --timeout was given
}

// run replies, or keeps a note, and prints what became of it. The error says what the exit code is to be.
func (r *replying) run(ctx context.Context, id store.ConversationID) error {
	c, err := findConversation(ctx, r.door, id)
	if err != nil {
		return err
	}
	if r.note != "" {
		return r.keepNote(ctx, c.ID)
	}
	state, err := r.State(ctx)
	if err != nil {
		return err
	}
	messages, err := r.messages(ctx, r.door, c, state)
	if err != nil {
		return err
	}
	for _, w := range r.warnings {
		fmt.Fprintln(r.errs, "frontdesk: "+clean(w))
	}
	changes, err := r.Changes(ctx) // before the reply, so that no answer is missed
	if err != nil {
		return err
	}
	if !r.patient {
		r.timeout += state.Hold // nothing is sent while it can be taken back
	}
	kept, err := r.give(ctx, c.ID, messages, changes, state.Applied)
	if err == nil {
		r.countUse(ctx)
	}
	for _, m := range kept {
		if said := r.print(m); said != nil {
			return errors.Join(err, said)
		}
	}
	switch {
	case err != nil:
		return err
	case r.wait:
		return worst(kept)
	case !r.remote:
		return withCode(exitWaiting, errors.New("the reply is kept and will be sent when frontdesk runs; with --wait it is sent now"))
	}
	return nil
}

// give hands the messages to the desk: all of them or none. With --wait it gives one after the other, follows each to what
// becomes of it, and gives none behind one that was refused, failed, or may have failed.
func (r *replying) give(ctx context.Context, id store.ConversationID, messages []desk.Outgoing, changes <-chan store.Seq, seen store.Seq) ([]store.Message, error) {
	replies := r.replies(id, messages, seen)
	if !r.wait {
		kept, err := r.ReplyAll(ctx, replies)
		return kept, r.refused(id, err)
	}
	late, cancel := context.WithTimeout(ctx, r.timeout)
	defer cancel()
	var kept []store.Message
	for i, reply := range replies {
		m, err := r.Reply(ctx, reply)
		err = r.refused(id, err)
		switch {
		case err != nil && i > 0 && exitCode(err) != exitUnknown:
			return kept, withCode(exitFailed, fmt.Errorf("%d of %d messages were taken, and then: %w", i, len(messages), err))
		case err != nil:
			return kept, err
		}
		kept = append(kept, m)
		if err := r.follow(ctx, late, &kept[i], changes); err != nil {
			return kept, err
		}
		if said := verdict(kept[i]); slices.Contains(brokenOff, kept[i].State) {
			if i+1 < len(messages) {
				said = withCode(exitCode(said), fmt.Errorf("message %d of %d, behind which nothing was sent: %w", i+1, len(messages), said))
			}
			return kept, said
		}
	}
	return kept, nil
}

// brokenOff are the states in which a message leaves the rest of its reply without sense.
var brokenOff = []store.DeliveryState{store.StateFailed, store.StateUnknown, store.StateCancelled}

// replies are the messages as the desk wants them; the first quotes what the reply is to.
func (r *replying) replies(id store.ConversationID, messages []desk.Outgoing, seen store.Seq) []desk.Reply {
	replies := make([]desk.Reply, len(messages))
	for i, out := range messages {
		replies[i] = desk.Reply{
			Conversation: id, Agent: r.settings.Agent, HumanAgent: r.humanAgent, Seen: seen, Message: out.Message, File: out.File,
		}
	}
	replies[0].ReplyTo = store.MessageID(r.replyTo)
	return replies
}

// refused says in the command's words why the desk took no reply.
func (r *replying) refused(id store.ConversationID, err error) error {
	var refused *desk.Refusal
	switch {
	case errors.Is(err, desk.ErrGone):
		return withCode(exitUnknown, fmt.Errorf("%w while it was given the reply: look with frontdesk show %s whether it was kept, before you repeat it", err, id))
	case errors.As(err, &refused) && refused.Field == "reply_to":
		return misuse("--reply-to %s: %s %s", r.replyTo, refused.Reason, refused.Advice)
	}
	return err
}

// follow waits until something has become of a message.
func (r *replying) follow(ctx, late context.Context, m *store.Message, changes <-chan store.Seq) error {
	became, err := await(ctx, late, r, *m, changes)
	*m = became
	if errors.Is(err, desk.ErrGone) {
		return withCode(exitCode(verdict(became)), fmt.Errorf("%w before the platform answered; the reply is kept", err))
	}
	return err
}

// countUse counts the canned responses that were sent. A count is not worth an error.
func (r *replying) countUse(ctx context.Context) {
	for _, shortcode := range r.canned {
		_ = r.Used(ctx, shortcode)
	}
}

// keepNote keeps a private note, of which nothing goes to the contact.
func (r *replying) keepNote(ctx context.Context, id store.ConversationID) error {
	if r.text != "" || r.replyTo != "" || len(r.quickReplies)+len(r.buttons)+len(r.cards)+len(r.files)+len(r.canned) > 0 {
		return misuse("--note is for agents alone: reply to the customer in a command of its own")
	}
	back, err := r.Do(ctx, store.Act{Agent: r.settings.Agent, Conversation: id, Verb: store.VerbNote, Text: r.note})
	if err != nil {
		return err
	}
	m, err := r.Message(ctx, id, back.Message)
	if err != nil {
		return err
	}
	return r.print(m)
}

// print writes one line about a message.
func (r *replying) print(m store.Message) error {
	if r.asJSON {
		return newJSONLines(r.out).Encode(toMessageJSON(m))
	}
	became := string(m.State)
	if m.Direction == store.Note {
		became = "noted"
	}
	_, err := fmt.Fprintf(r.out, "%s %s\n", m.ID, became)
	return err
}
