package desk

import (
	"fmt"

	"frontdesk/messenger"
	"frontdesk/store"
)

// wrote is an agent's reply.
func (w *witness) wrote(s *Step, b store.Reply) bool {
	w.kept = &b
	s.What, s.Who = StepReply, b.Agent
	s.Sentence = b.Agent + " wrote this reply."
	if b.File != nil {
		s.Sentence = b.Agent + " sent this file."
	}
	if b.ReplyTo != "" {
		s.Sentence += " It quotes the message " + b.ReplyTo + "."
	}
	if b.NotBefore != 0 {
		s.Sentence += " It was held until " + clockTime(b.NotBefore) + ", so that it could be taken back."
	}
	return true
}

// attempted is a request, as it was sent: made anew by what made it then, from what was kept of it.
func (w *witness) attempted(s *Step, b store.Attempt) bool {
	s.What, s.Who = StepAttempt, "frontdesk"
	s.Sentence = fmt.Sprintf("Request %d was sent: POST /%s/messages.", b.N, w.c.Inbox)
	if w.kept == nil {
		return true
	}
	s.Sentence = fmt.Sprintf("Request %d was sent: POST /%s/messages.", b.N, w.kept.Inbox)
	if b.Type == "" { // of a frontdesk that did not keep it; it went out as it was written, unless the window closed between
		b.Type, b.Tag = w.kept.MessagingType, w.kept.Tag
	}
	if b.Tag != "" {
		s.Sentence += " It bore the tag " + b.Tag + "."
	}
	if body, err := request(*w.kept, b).Body(); err == nil {
		s.Body = compact(body)
	}
	return true
}

// answered is what came of a request.
func (w *witness) answered(s *Step, b store.Result) bool {
	s.What, s.Who = StepResult, platformsName
	switch b.Outcome {
	case store.OutcomeSent:
		s.Sentence = "The platform took it"
		if b.MID != "" {
			s.Sentence += " and named it " + b.MID
		}
		s.Sentence += "."
	case store.OutcomeRetry:
		s.Sentence = "The platform did not take it; it was to be tried again after " + clockTime(b.RetryAt) + "."
	case store.OutcomeUnknown:
		s.Sentence = "Nobody knew whether it arrived."
	case store.OutcomeHeld:
		s.Sentence = "It had to wait."
	default:
		s.Sentence = "It was not sent."
	}
	if b.Error != nil {
		s.Sentence += " " + b.Error.Text
		if b.Error.Code != 0 {
			s.Sentence += fmt.Sprintf(" Code %d", b.Error.Code)
			if b.Error.Subcode != 0 {
				s.Sentence += fmt.Sprintf(", subcode %d", b.Error.Subcode)
			}
			s.Sentence += "."
		}
	}
	if b.Status == 0 {
		if b.Answer == "" && b.Outcome != store.OutcomeSent {
			s.Who = "frontdesk" // nobody answered
		}
		return true
	}
	s.Sentence += fmt.Sprintf(" HTTP %d", b.Status)
	if b.Trace != "" {
		s.Sentence += ", trace " + b.Trace
	}
	s.Sentence += "."
	s.Body = encoded(answerBody{Status: b.Status, Trace: b.Trace, Answer: jsonOr(b.Answer)})
	return true
}

// answerBody is the platform's answer in a Step.
type answerBody struct {
	Status int    `json:"status"`
	Trace  string `json:"trace,omitempty"`
	Answer any    `json:"answer,omitempty"`
}

// jsonOr is text as the JSON that it is, or else as a text.
func jsonOr(text string) any {
	if text == "" {
		return nil
	}
	if v := compact([]byte(text)); v != nil {
		return v
	}
	return text
}

// acted is what an agent decided.
func (w *witness) acted(s *Step, b store.Act) bool {
	s.What, s.Who = StepAct, b.Agent
	switch b.Verb {
	case store.VerbSendAgain:
		s.Sentence = b.Agent + " had it sent again."
	case store.VerbArrived:
		s.Sentence = b.Agent + " said that it had arrived."
	case store.VerbCancel:
		s.Sentence = b.Agent + " cancelled it."
	case store.VerbReact:
		s.Sentence = b.Agent + " put " + b.Emoji + " on it."
		if b.Emoji == "" {
			s.Sentence = b.Agent + " took the page's reaction back."
		}
	case store.VerbNote:
		s.Sentence = b.Agent + " wrote this note."
		if b.Message != "" {
			s.Sentence = "This note was given back."
		}
	default:
		if w.m.Direction != store.Activity {
			return false
		}
		s.Sentence = store.ActivityText(w.m) + "."
		return true
	}
	return b.Message == "" || b.Message == w.m.ID
}

// fetched is what became of fetching something attached.
func (w *witness) fetched(s *Step, b store.Media) bool {
	if w.m.Withdrawn {
		return false
	}
	s.What, s.Who = StepMedia, "frontdesk"
	switch {
	case b.Gone:
		s.Sentence = fmt.Sprintf("Attachment %d is no longer available. %s", b.Index+1, b.Problem)
	case b.Problem != "":
		s.Sentence = fmt.Sprintf("Attachment %d could not be fetched. %s", b.Index+1, b.Problem)
	default:
		s.Sentence = fmt.Sprintf("Attachment %d was fetched: %s, %d bytes.", b.Index+1, b.Type, b.Size)
	}
	return b.Message == w.m.ID
}

// uploaded is that the platform keeps what the reply carries.
func (w *witness) uploaded(s *Step, b store.Uploaded) bool {
	s.What, s.Who = StepUpload, platformsName
	s.Sentence = "The platform keeps the file under the id " + b.AttachmentID + "."
	return true
}

// clockTime is a moment as evidence names it.
func clockTime(at store.Millis) string { return at.Time().Format("2006-01-02 15:04:05.000 MST") }

// eventSentence says what an event of the platform told.
func (w *witness) eventSentence(ev messenger.Event) (sentence, who string) {
	contact := w.c.Contact.Title()
	rare := ev.Rare
	if rare == nil {
		rare = &messenger.Rare{}
	}
	switch {
	case ev.Message != nil && ev.Message.IsDeleted:
		return contact + " took the message back.", contact
	case ev.Kind == messenger.KindMessage && ev.Message != nil && ev.Message.QuickReply != nil:
		return contact + " tapped a quick reply.", contact
	case ev.Kind == messenger.KindMessage:
		return contact + " wrote it.", contact
	case ev.Kind == messenger.KindEcho && ev.Message != nil && w.m.Token != "" && ev.Message.Metadata == string(w.m.Token):
		return "Its echo came: the message is in the conversation.", platformsName
	case ev.Kind == messenger.KindEcho && ev.Message != nil && ev.Message.AppID == messenger.PageInboxApp:
		return "A person sent it from the Page's own inbox.", "the Page inbox"
	case ev.Kind == messenger.KindEcho && ev.Message != nil && ev.Message.AppID != "":
		return "The page sent it through the app " + ev.Message.AppID + ".", "app " + ev.Message.AppID
	case ev.Kind == messenger.KindEcho:
		return "The page sent it.", platformsName
	case ev.Kind == messenger.KindPostback:
		return contact + " tapped a button.", contact
	case ev.Kind == messenger.KindReferral:
		return store.ArrivalText(w.m.Touch) + ".", contact
	case ev.Delivery != nil && len(ev.Delivery.MIDs) == 0:
		return "It was delivered, as all that was sent before " + clockTime(store.Millis(ev.Delivery.Watermark)) + ".", platformsName
	case ev.Delivery != nil:
		return "It was delivered.", platformsName
	case ev.Read != nil:
		return contact + " had read all that was sent until " + clockTime(store.Millis(ev.Read.Watermark)) + ".", contact
	case rare.Reaction != nil && rare.Reaction.Action == "unreact":
		return contact + " took a reaction off it.", contact
	case rare.Reaction != nil:
		emoji := rare.Reaction.Emoji
		if emoji == "" {
			emoji = rare.Reaction.Word
		}
		return contact + " put " + emoji + " on it.", contact
	case rare.Edit != nil:
		return fmt.Sprintf("%s changed its words (edit %d).", contact, rare.Edit.N), contact
	case rare.Feedback != nil:
		return contact + " said what they thought of it.", contact
	case w.m.Direction == store.Activity:
		return store.ActivityText(w.m) + ".", platformsName
	}
	return "The platform told of it (" + string(ev.Kind) + ").", platformsName
}
