package main

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"frontdesk/desk"
	"frontdesk/desk/canned"
	"frontdesk/messenger"
	"frontdesk/store"
)

// misuse is a fault of what was asked for, found before anything was sent or kept.
func misuse(format string, args ...any) error { return withCode(exitUse, fmt.Errorf(format, args...)) }

// messages are what the flags make to be sent in c, in order. Whatever can be wrong with them is said before a file is
// kept, and nothing is sent.
func (f *replyFlags) messages(ctx context.Context, d *door, c store.Conversation, state desk.State) ([]desk.Outgoing, error) {
	draft, err := f.draft(ctx, d, c, state.Inboxes)
	if err != nil {
		return nil, err
	}
	if err := f.check(draft); err != nil {
		return nil, err
	}
	outlook, err := f.outlook(draft, c, state.Inboxes)
	if err != nil {
		return nil, err
	}
	for i := range draft.Files {
		if draft.Files[i], err = attached(ctx, d, i < len(draft.Files)-len(f.files), draft.Files[i]); err != nil {
			return nil, err
		}
	}
	messages := f.outgoing(draft)
	f.warnings = warningsOf(outlook, messages)
	return messages, nil
}

// warningsOf are what is worth knowing of messages that can be sent: what may keep them from arriving, and what of them the
// customer would not see. Each is said once.
func warningsOf(o desk.Outlook, messages []desk.Outgoing) []string {
	var all []string
	if !o.Human { // then it says what --human-agent has said already
		all = append(all, o.Warnings...)
	}
	for _, out := range messages {
		m := out.Message
		if out.File != nil {
			m.Attachment = &messenger.OutAttachment{Type: messenger.FileKind(out.File.Type)}
		}
		for _, w := range o.Warn(m) {
			if !slices.Contains(all, w) {
				all = append(all, w)
			}
		}
	}
	return all
}

// draft is what the flags and the canned responses say together, the canned responses first.
func (f *replyFlags) draft(ctx context.Context, d *door, c store.Conversation, inboxes []desk.Inbox) (desk.Draft, error) {
	own := desk.Draft{Text: f.text, QuickReplies: f.quickReplies, Buttons: f.buttons, Cards: f.cards}
	for _, file := range f.files {
		one := desk.DraftFile{Kind: file.kind, Path: file.source}
		if file.address() {
			one.Path, one.URL = "", file.source
		}
		own.Files = append(own.Files, one)
	}
	var all desk.Draft
	if len(f.canned) > 0 {
		contents, err := f.expand(ctx, d, desk.CannedValues(c, d.settings.Agent, inboxes))
		if err != nil {
			return all, err
		}
		for _, content := range contents {
			all = desk.CannedDraft(content).With(all)
		}
	} else if len(f.blanks) > 0 {
		return all, misuse("--blank goes with --canned: nothing else asks for anything")
	}
	all = own.With(all)
	switch {
	case len(all.Cards) > 0:
		all.Mode = desk.ModeCards
	case len(all.Buttons) > 0:
		all.Mode = desk.ModeButtons
	case len(all.QuickReplies) > 0:
		all.Mode = desk.ModeQuickReplies
	}
	return all, nil
}

// expand fills the canned responses in.
func (f *replyFlags) expand(ctx context.Context, d *door, values canned.Values) ([]canned.Content, error) {
	lib, err := d.Canned(ctx)
	if err != nil {
		return nil, err
	}
	var (
		contents []canned.Content
		asked    []string
	)
	for _, shortcode := range f.canned {
		r, ok := lib.Response(shortcode)
		if !ok {
			return nil, noResponse(lib, shortcode)
		}
		for _, b := range r.Blanks() {
			asked = append(asked, b.Name)
		}
		contents = append(contents, r.Content)
	}
	for name := range f.blanks {
		switch {
		case slices.Contains(asked, name):
		case len(asked) == 0:
			return nil, misuse("--blank %s: the canned response %s asks for nothing", name, strings.Join(f.canned, ", "))
		default:
			return nil, misuse("--blank %s: the canned response %s does not ask for it, but for %s", name, strings.Join(f.canned, ", "), strings.Join(asked, ", "))
		}
	}
	for i, content := range contents {
		filled, err := content.Expand(values, f.blanks)
		var unfilled *canned.Unfilled
		switch {
		case errors.As(err, &unfilled) && len(unfilled.Blanks) > 0:
			return nil, misuse("--canned %s asks for %s: give --blank '%s=…'", f.canned[i], strings.Join(unfilled.Blanks, ", "), unfilled.Blanks[0])
		case err != nil:
			return nil, misuse("--canned %s: %w", f.canned[i], err)
		}
		contents[i] = filled
	}
	return contents, nil
}

// noResponse says why there is no such canned response, and which there are.
func noResponse(lib canned.Library, shortcode string) error {
	for _, fault := range lib.Faults {
		if fault.File == shortcode+".txt" {
			return misuse("--canned %s: %w", shortcode, &fault)
		}
	}
	var known []string
	for _, r := range lib.Responses {
		known = append(known, r.Shortcode)
	}
	switch {
	case len(known) == 0:
		return misuse("--canned %s: there are no canned responses in %s", shortcode, lib.Folder)
	case len(known) > 20:
		return misuse("--canned %s: there is no such canned response in %s", shortcode, lib.Folder)
	}
	return misuse("--canned %s: there is no such canned response; there are %s", shortcode, strings.Join(known, ", "))
}

// check names the flag at fault where the platform would refuse what was asked for.
func (f *replyFlags) check(d desk.Draft) error {
	kinds := map[string]int{"--quick-reply": len(d.QuickReplies), "--button": len(d.Buttons), "--card": len(d.Cards)}
	var used []string
	for _, flag := range []string{"--quick-reply", "--button", "--card"} {
		if kinds[flag] > 0 {
			used = append(used, flag)
		}
	}
	switch {
	case d.Empty():
		return misuse("say what to reply with --text, --card, --image or --canned; --note keeps a private note")
	case len(used) > 1:
		return misuse("%s do not fit into one message: send two replies", strings.Join(used, " and "))
	case len(d.Cards) > 0 && strings.TrimSpace(d.Text) != "":
		return misuse("--text has no place beside --card: send two replies")
	}
	for i := range d.Files {
		if d.Files[i].URL == "" { // what is kept of it is known later; here it stands for any file
			d.Files = slices.Clone(d.Files)
			d.Files[i].File = &store.File{}
		}
	}
	for i, out := range f.outgoing(d) {
		m := out.Message
		if out.File != nil {
			m.Attachment = &messenger.OutAttachment{Type: messenger.TypeFile, Payload: messenger.OutPayload{AttachmentID: "0"}}
		}
		for _, fault := range messenger.LimitErrors(m.Validate()) {
			flag := f.flagOf(fault.Field)
			if i < len(d.Files) && strings.HasSuffix(fault.Field, "payload.url") {
				flag = fmt.Sprintf("--%s %s", d.Files[i].Kind, d.Files[i].URL)
			}
			return misuse("%s: %s%s", flag, fault.Problem, f.advice(fault, d))
		}
	}
	return nil
}

// advice is what may be done about a fault beside doing less.
func (f *replyFlags) advice(fault *messenger.LimitError, d desk.Draft) string {
	switch {
	case fault.Field == "text" && fault.Got > fault.Limit && fault.Limit > 0:
		return "; with --split it goes as several messages"
	case fault.Field == "text" && len(d.QuickReplies) > 0:
		return ": quick replies stand under a text or a file"
	case strings.HasSuffix(fault.Field, "payload.text") && fault.Limit == 0:
		return ": buttons stand under a text"
	}
	return ""
}

// fieldForm takes the name of a field in messenger's limits apart.
var fieldForm = regexp.MustCompile(`^(?:attachment\.payload\.)?(quick_replies|buttons|elements)(?:\[(\d+)\])?\.?(?:buttons(?:\[(\d+)\])?\.?)?([a-z_.]*)$`)

// flagOf is the flag that made a field, with its number where there may be several.
func (f *replyFlags) flagOf(field string) string {
	parts := fieldForm.FindStringSubmatch(field)
	if parts == nil {
		if len(f.canned) > 0 && f.text == "" {
			return "--canned"
		}
		return "--text"
	}
	flag := map[string]string{"quick_replies": "--quick-reply", "buttons": "--button", "elements": "--card"}[parts[1]]
	if parts[2] == "" {
		return flag
	}
	row, _ := strconv.Atoi(parts[2]) // digits, as the form says
	last := parts[4]
	if parts[1] == "elements" {
		of := fmt.Sprintf(" of card %d", row+1)
		switch {
		case parts[3] != "":
			button, _ := strconv.Atoi(parts[3])
			return fmt.Sprintf("--card-button %d%s%s", button+1, of, named(last))
		case strings.Contains(field, ".buttons"):
			return "--card-button" + of
		case strings.HasPrefix(last, "default_action"):
			return "--card-link" + of
		case last == "image_url":
			return "--card-image" + of
		}
	}
	if last == "image_url" {
		return fmt.Sprintf("--quick-reply-image of quick reply %d", row+1)
	}
	return fmt.Sprintf("%s %d%s", flag, row+1, named(last))
}

// named is the part of a flag's value that is at fault.
func named(field string) string {
	switch field {
	case "":
		return ""
	case "url":
		return ", address"
	}
	return ", " + field
}

// outlook says at once what can be sent of a reply of several messages, so that no part of it goes out alone.
func (f *replyFlags) outlook(d desk.Draft, c store.Conversation, inboxes []desk.Inbox) (desk.Outlook, error) {
	var in desk.Inbox
	i := slices.IndexFunc(inboxes, func(in desk.Inbox) bool { return in.ID == c.Inbox })
	if i >= 0 {
		in = inboxes[i]
	}
	o := desk.OutlookOf(c, in, i >= 0, time.Now())
	switch {
	case o.Blocked != nil:
		return o, o.Blocked
	case o.Human && f.humanAgent && (d.Chosen() != desk.ModeText || len(d.Files) > 0):
		return o, misuse("--human-agent allows text alone: no files, quick replies, buttons or cards until the customer writes again")
	}
	return o, nil
}

// attached keeps a file of this machine, so that it can be sent.
func attached(ctx context.Context, d *door, canned bool, file desk.DraftFile) (desk.DraftFile, error) {
	if file.URL != "" {
		return file, nil
	}
	path, err := filepath.Abs(file.Path)
	if err != nil {
		return file, fmt.Errorf("find %s: %w", file.Path, err)
	}
	flag := "--" + file.Kind
	if canned {
		flag = "--canned"
	}
	kept, err := d.Attach(ctx, path)
	var refused *desk.Refusal
	switch {
	case errors.As(err, &refused):
		return file, misuse("%s: %s %s", flag, refused.Reason, refused.Advice)
	case err != nil:
		return file, err
	}
	if kind := messenger.FileKind(kept.Type); !canned && file.Kind != messenger.TypeFile && file.Kind != kind {
		return file, misuse("%s %s: by its content it is %s; give it with --%s", flag, file.Path, kept.Type, kind)
	}
	file.File, file.Name = &kept, kept.Name
	return file, nil
}

// outgoing are the messages of a draft; with --split a long text is several.
func (f *replyFlags) outgoing(d desk.Draft) []desk.Outgoing {
	var all []desk.Outgoing
	for _, out := range d.Messages() {
		if !f.split || out.File != nil {
			all = append(all, out)
			continue
		}
		for _, m := range out.Message.Split() {
			all = append(all, desk.Outgoing{Message: m})
		}
	}
	return all
}
