package main

import (
	"encoding/json"
	"io"

	"frontdesk/desk"
	"frontdesk/messenger"
	"frontdesk/store"
)

// The shapes of --json. They are a promise that only grows: docs/guide/json.md says it, and a test holds these to it.
type (
	conversationJSON struct {
		ID              store.ConversationID `json:"id"`
		Inbox           store.InboxID        `json:"inbox"`
		Contact         contactJSON          `json:"contact"`
		Status          store.Status         `json:"status"`
		Unread          int                  `json:"unread"`
		Unreplied       bool                 `json:"unreplied"`
		Origin          store.Origin         `json:"origin,omitempty"`
		OriginSource    string               `json:"origin_source,omitempty"`
		Ref             string               `json:"ref,omitempty"`
		Origins         []store.Origin       `json:"origins,omitempty"`
		Refs            []string             `json:"refs,omitempty"`
		LastActivity    string               `json:"last_activity,omitempty"`
		WindowClosesAt  string               `json:"window_closes_at,omitempty"`
		HumanAgentUntil string               `json:"human_agent_until,omitempty"`
		LastMessage     *lastMessageJSON     `json:"last_message,omitempty"`
		Labels          []string             `json:"labels,omitempty"`
		Presence        *presenceJSON        `json:"presence,omitempty"`
	}
	presenceJSON struct {
		Online   bool   `json:"online"`
		Typing   bool   `json:"typing,omitempty"`
		PageURL  string `json:"page_url,omitempty"`
		Title    string `json:"title,omitempty"`
		Referrer string `json:"referrer,omitempty"`
	}
	contactJSON struct {
		ID   string            `json:"id"`
		Kind store.ContactKind `json:"kind"`
		Name string            `json:"name,omitempty"`
	}
	lastMessageJSON struct {
		Direction store.Direction `json:"direction"`
		Text      string          `json:"text,omitempty"`
	}
	messageJSON struct {
		ID           store.MessageID     `json:"id"`
		MID          string              `json:"mid,omitempty"`
		At           string              `json:"at"`
		Direction    store.Direction     `json:"direction"`
		Kind         store.MessageKind   `json:"kind"`
		Text         string              `json:"text,omitempty"`
		Attachments  []attachmentJSON    `json:"attachments,omitempty"`
		QuickReplies []quickReplyJSON    `json:"quick_replies,omitempty"`
		Buttons      []buttonJSON        `json:"buttons,omitempty"`
		Elements     []elementJSON       `json:"elements,omitempty"`
		Payload      string              `json:"payload,omitempty"`
		Origin       store.Origin        `json:"origin,omitempty"`
		Ref          string              `json:"ref,omitempty"`
		PageURL      string              `json:"page_url,omitempty"`
		State        store.DeliveryState `json:"state,omitempty"`
		Error        *sendErrorJSON      `json:"error,omitempty"`
		ReplyTo      string              `json:"reply_to,omitempty"`
		Reactions    []reactionJSON      `json:"reactions,omitempty"`
		Details      []store.Detail      `json:"details,omitempty"`
		Edits        []editJSON          `json:"edits,omitempty"`
		Feedback     string              `json:"feedback,omitempty"`
		Withdrawn    bool                `json:"withdrawn,omitempty"`
		Agent        string              `json:"agent,omitempty"`
		File         *fileJSON           `json:"file,omitempty"`
		Files        []fetchedJSON       `json:"files,omitempty"`
	}
	fileJSON struct {
		Hash string `json:"hash"`
		Name string `json:"name,omitempty"`
		Type string `json:"type,omitempty"`
		Size int64  `json:"size,omitempty"`
	}
	fetchedJSON struct {
		Index   int    `json:"index"`
		At      string `json:"at,omitempty"`
		Hash    string `json:"hash,omitempty"`
		Name    string `json:"name,omitempty"`
		Type    string `json:"type,omitempty"`
		Size    int64  `json:"size,omitempty"`
		Width   int    `json:"width,omitempty"`
		Height  int    `json:"height,omitempty"`
		Problem string `json:"problem,omitempty"`
		Gone    bool   `json:"gone,omitempty"`
	}
	reactionJSON struct {
		Direction store.Direction `json:"direction"`
		Emoji     string          `json:"emoji"`
	}
	editJSON struct {
		Text string `json:"text"`
		At   string `json:"at,omitempty"`
	}
	attachmentJSON struct {
		Type  string   `json:"type"`
		URL   string   `json:"url,omitempty"`
		Title string   `json:"title,omitempty"`
		Lat   *float64 `json:"lat,omitempty"`
		Long  *float64 `json:"long,omitempty"`
	}
	quickReplyJSON struct {
		Title       string `json:"title,omitempty"`
		Payload     string `json:"payload,omitempty"`
		ContentType string `json:"content_type,omitempty"`
		ImageURL    string `json:"image_url,omitempty"`
	}
	buttonJSON struct {
		Type    string `json:"type"`
		Title   string `json:"title,omitempty"`
		URL     string `json:"url,omitempty"`
		Payload string `json:"payload,omitempty"`
	}
	elementJSON struct {
		Title    string       `json:"title"`
		Subtitle string       `json:"subtitle,omitempty"`
		ImageURL string       `json:"image_url,omitempty"`
		Buttons  []buttonJSON `json:"buttons,omitempty"`
		URL      string       `json:"url,omitempty"`
	}
	sendErrorJSON struct {
		Code    int    `json:"code,omitempty"`
		Subcode int    `json:"subcode,omitempty"`
		Text    string `json:"text,omitempty"`
		Advice  string `json:"advice,omitempty"`
	}
	visitorJSON struct {
		Conversation store.ConversationID `json:"conversation"`
		Contact      contactJSON          `json:"contact"`
		Token        string               `json:"token"`
	}
)

// newJSONLines writes one object a line. Customers' < and & stay as they are: this is no web page.
func newJSONLines(w io.Writer) *json.Encoder {
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	return enc
}

// timeForm is RFC 3339 with milliseconds always, so that times sort as texts do.
const timeForm = "2006-01-02T15:04:05.000Z07:00"

// rfc3339 is a time in UTC, empty for none.
func rfc3339(m store.Millis) string {
	if m == 0 {
		return ""
	}
	return m.Time().Format(timeForm)
}

func toContactJSON(c store.Contact) contactJSON {
	return contactJSON{ID: c.ID, Kind: c.Kind, Name: c.Name}
}

func toConversationJSON(c store.Conversation, inboxes []desk.Inbox) conversationJSON {
	out := conversationJSON{
		ID: c.ID, Inbox: c.Inbox, Contact: toContactJSON(c.Contact), Status: c.Status, Unread: c.Unread, Unreplied: c.Unreplied,
		Origin: c.Touch.Origin, OriginSource: c.Touch.Source, Ref: c.Touch.Ref, Origins: c.Origins, Refs: c.Refs,
		LastActivity: rfc3339(c.LastActivity), Labels: c.Labels,
	}
	if out.Origin == "" {
		out.Origin = store.OriginUnknown
	}
	if w := store.Window(c, 0); !w.None {
		out.WindowClosesAt = rfc3339(w.ClosesAt)
		for _, in := range inboxes {
			if in.ID == c.Inbox && in.HumanAgent {
				out.HumanAgentUntil = rfc3339(w.HumanAgentUntil)
			}
		}
	}
	if m := c.LastMessage; m.Direction != "" {
		out.LastMessage = &lastMessageJSON{Direction: m.Direction, Text: m.Text}
	}
	return out
}

// toPresenceJSON is how a visitor is there; nil where nobody knows.
func toPresenceJSON(p desk.Presence, known bool) *presenceJSON {
	if !known {
		return nil
	}
	return &presenceJSON{Online: p.Online, Typing: p.Typing, PageURL: p.PageURL, Title: p.Title, Referrer: p.Referrer}
}

func toMessageJSON(m store.Message) messageJSON {
	out := messageJSON{
		ID: m.ID, MID: m.MID, At: rfc3339(m.At), Direction: m.Direction, Kind: m.Kind, Text: lineText(m),
		Payload: m.Payload, Buttons: toButtonsJSON(m.Buttons), State: m.State,
		ReplyTo: m.ReplyTo, Details: m.Details, Feedback: m.Feedback, Withdrawn: m.Withdrawn, Agent: m.Agent,
		Files: toFetchedJSON(m.Files),
	}
	if f := m.File; f != nil {
		out.File = &fileJSON{Hash: f.Hash, Name: f.Name, Type: f.Type, Size: f.Size}
	}
	for _, a := range m.Attachments {
		one := attachmentJSON{Type: a.Type, URL: a.URL, Title: a.Title}
		if a.Type == "location" {
			one.Lat, one.Long = &a.Lat, &a.Long
		}
		out.Attachments = append(out.Attachments, one)
	}
	for _, q := range m.QuickReplies {
		one := quickReplyJSON{Title: q.Title, Payload: q.Payload, ImageURL: q.ImageURL}
		if q.ContentType != messenger.QuickReplyText {
			one.ContentType = q.ContentType
		}
		out.QuickReplies = append(out.QuickReplies, one)
	}
	for _, e := range m.Elements {
		one := elementJSON{Title: e.Title, Subtitle: e.Subtitle, ImageURL: e.ImageURL, Buttons: toButtonsJSON(e.Buttons)}
		if e.DefaultAction != nil {
			one.URL = e.DefaultAction.URL
		}
		out.Elements = append(out.Elements, one)
	}
	for _, r := range m.Reactions {
		out.Reactions = append(out.Reactions, reactionJSON{Direction: r.Side, Emoji: r.Emoji})
	}
	for _, e := range m.Edits {
		out.Edits = append(out.Edits, editJSON{Text: e.Text, At: rfc3339(e.At)})
	}
	switch {
	case m.Touch != nil:
		out.Origin, out.Ref, out.PageURL = m.Touch.Origin, m.Touch.Ref, m.Touch.Page
	case m.Tagged:
		out.Origin = store.OriginPlugin
	}
	if e := m.Error; e != nil {
		out.Error = &sendErrorJSON{Code: e.Code, Subcode: e.Subcode, Text: e.Text, Advice: e.Advice}
	}
	return out
}

func toFetchedJSON(files []store.Fetched) []fetchedJSON {
	var out []fetchedJSON
	for _, f := range files {
		out = append(out, fetchedJSON{
			Index: f.Index, At: rfc3339(f.At), Hash: f.Hash, Name: f.Name, Type: f.Type, Size: f.Size,
			Width: f.Width, Height: f.Height, Problem: f.Problem, Gone: f.Gone,
		})
	}
	return out
}

func toButtonsJSON(buttons []messenger.Button) []buttonJSON {
	var out []buttonJSON
	for _, b := range buttons {
		out = append(out, buttonJSON{Type: b.Type, Title: b.Title, URL: b.URL, Payload: b.Payload})
	}
	return out
}

// lineText is what a line of the thread says: an activity has no words of its own.
func lineText(m store.Message) string {
	if m.Direction == store.Activity {
		return store.ActivityText(m)
	}
	return m.Text
}
