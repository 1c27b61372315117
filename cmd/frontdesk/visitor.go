package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"time"

	"github.com/spf13/cobra"

	"frontdesk/desk"
	"frontdesk/internal/control"
	"frontdesk/store"
)

// visitorWait is how long what a visitor said may take to reach the desk.
const visitorWait = 10 * time.Second

func newPlugin(flags *settingFlags) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "plugin",
		Short: "The chat plugin's own platform",
	}
	cmd.AddCommand(newSetup(flags), newSnippet(flags), newPageCheck(flags), newVisitor(flags))
	return cmd
}

// visitorFlags are what a visitor does.
type visitorFlags struct {
	say, ref, page, name string
	asJSON               bool
}

func newVisitor(flags *settingFlags) *cobra.Command {
	var f visitorFlags
	cmd := &cobra.Command{
		Use:   "visitor --say TEXT",
		Short: "Be a visitor of your site who writes",
		Long: `Be a new visitor of your site who opens the chat plugin and writes, as a browser would do it: over HTTP, at the running
frontdesk's listener. It prints the conversation's id once the message is in the inbox.`,
		Example: `frontdesk plugin visitor --say 'Do you ship to Norway?' --ref pricing --page https://lumen.example/pricing`,
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if f.say == "" {
				return withCode(exitUse, errors.New("say something with --say"))
			}
			return runVisitor(cmd, flags.given(), f)
		},
	}
	cmd.Flags().StringVar(&f.say, "say", "", "what the visitor writes")
	cmd.Flags().StringVar(&f.ref, "ref", "", "your site's word for the place, as in pricing")
	cmd.Flags().StringVar(&f.page, "page", "", "address of the page the visitor is on")
	cmd.Flags().StringVar(&f.name, "name", "", "the visitor's name, where your site knows it")
	cmd.Flags().BoolVar(&f.asJSON, "json", false, "print a JSON object, with the visitor's token")
	return cmd
}

func runVisitor(cmd *cobra.Command, flags map[string]string, f visitorFlags) (err error) {
	s, err := loadSettings(cmd, flags)
	if err != nil {
		return err
	}
	ctx, stop := untilSignal(cmd.Context())
	defer stop()
	client, err := control.Dial(ctx, socketPath(s))
	if errors.Is(err, control.ErrNobody) {
		return fmt.Errorf("no frontdesk is running on %s; start frontdesk or frontdesk serve in another terminal", s.DataDir)
	}
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, client.Close()) }()
	state, err := client.State(ctx)
	if err != nil {
		return err
	}
	v, err := newSiteVisitor(ctx, state, f)
	if err != nil {
		return err
	}
	mid, err := v.say(ctx, f.say)
	if err != nil {
		return err
	}
	if err := arrived(ctx, client, v.conversation(), mid); err != nil {
		return err
	}
	if f.asJSON {
		return newJSONLines(cmd.OutOrStdout()).Encode(visitorJSON{
			Conversation: v.conversation(), Contact: toContactJSON(v.contact), Token: v.token,
		})
	}
	fmt.Fprintln(cmd.OutOrStdout(), v.conversation())
	return nil
}

// siteVisitor is a visitor of our own site, at the listener's address.
type siteVisitor struct {
	base    string
	inbox   store.InboxID
	contact store.Contact
	token   string
}

// newSiteVisitor opens the chat on the first site of the plugin.
func newSiteVisitor(ctx context.Context, state desk.State, f visitorFlags) (*siteVisitor, error) {
	v := &siteVisitor{base: state.Listening, contact: store.Contact{Kind: store.ContactVisitor, Name: f.name}}
	for _, in := range state.Inboxes {
		if in.Plugin && v.inbox == "" {
			v.inbox = in.ID
		}
	}
	if v.base == "" || v.inbox == "" {
		return nil, errors.New("the running frontdesk has no chat plugin that listens")
	}
	var made struct {
		ID    string `json:"id"`
		Token string `json:"token"`
	}
	err := v.post(ctx, "/plugin/visitors", map[string]string{
		"page_id": string(v.inbox), "ref": f.ref, "page_url": f.page, "name": f.name,
	}, &made)
	if err != nil {
		return nil, err
	}
	v.contact.ID, v.token = made.ID, made.Token
	return v, nil
}

func (v *siteVisitor) conversation() store.ConversationID {
	return store.NewConversationID(v.inbox, v.contact)
}

// say writes a message and returns its mid.
func (v *siteVisitor) say(ctx context.Context, text string) (string, error) {
	var line struct {
		MID string `json:"mid"`
	}
	err := v.post(ctx, "/plugin/messages", map[string]string{"text": text}, &line)
	return line.MID, err
}

// post makes one call as the visitor.
func (v *siteVisitor) post(ctx context.Context, path string, in, out any) error {
	ctx, cancel := context.WithTimeout(ctx, visitorWait)
	defer cancel()
	body, err := json.Marshal(in)
	if err != nil {
		return err
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, v.base+path, bytes.NewReader(body))
	if err != nil {
		return err
	}
	req.Header.Set("Content-Type", "application/json")
	if v.token != "" {
		req.Header.Set("Authorization", "Bearer "+v.token)
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return fmt.Errorf("speak to the chat plugin: %w", err)
	}
	defer res.Body.Close()
	answer, err := io.ReadAll(io.LimitReader(res.Body, 1<<20))
	if err != nil {
		return fmt.Errorf("speak to the chat plugin: %w", err)
	}
	if res.StatusCode != http.StatusOK {
		var refusal struct {
			Error struct {
				Message string `json:"message"`
			} `json:"error"`
		}
		if json.Unmarshal(answer, &refusal) != nil || refusal.Error.Message == "" {
			refusal.Error.Message = res.Status
		}
		return withCode(exitUse, fmt.Errorf("the chat plugin refused: %s", refusal.Error.Message))
	}
	return json.Unmarshal(answer, out)
}

// arrived waits until a message is in the views.
func arrived(ctx context.Context, d desk.Contract, id store.ConversationID, mid string) error {
	ctx, cancel := context.WithTimeoutCause(ctx, visitorWait,
		withCode(exitBehind, errors.New("the message was taken by the chat plugin, but is not in the inbox yet")))
	defer cancel()
	changes, err := d.Changes(ctx)
	if err != nil {
		return err
	}
	for {
		_, err := d.Message(ctx, id, store.MessageID(mid))
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		if !errors.Is(err, store.ErrNotFound) {
			return err
		}
		if _, open := <-changes; !open && ctx.Err() == nil {
			return desk.ErrGone
		}
	}
}
