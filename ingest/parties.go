package ingest

import (
	"frontdesk/messenger"
	"frontdesk/store"
)

// parties are the page and the person an event concerns.
type parties struct {
	inbox   string // a page id; empty when the event names none
	contact store.Contact
	alias   store.Contact // the user_ref by which the contact was known as well; zero for none
	echo    bool          // the page said it
}

// partiesOf reads who an event concerns (ref. 2.2), where page is the id of its entry, empty when that has none.
//
// What the page sent is an echo whatever the flag says; with the flag, the contact is the one who is not the page. An
// event without a sender, or whose sender is the page though it is no message, has no contact.
func partiesOf(page string, ev messenger.Event) parties {
	isMessage := ev.Kind == messenger.KindMessage || ev.Kind == messenger.KindEcho
	fromPage := page != "" && ev.Sender.ID == page
	if isMessage && (fromPage || ev.Kind == messenger.KindEcho) {
		return echoParties(page, ev)
	}
	p := parties{inbox: ev.Recipient.ID}
	if p.inbox == "" || fromPage {
		p.inbox = page
	}
	if ev.Sender.ID == "" || ev.Sender.ID != p.inbox {
		p.contact = contactOf(ev.Sender)
		if ev.Sender.Empty() && ev.Optin != nil {
			p.contact = contactOf(messenger.Party{UserRef: ev.Optin.UserRef})
		}
		p.alias = aliasOf(p.contact, ev.Sender, ev)
	}
	return p
}

// aliasOf is the user_ref that an event ties to its contact (ref. 2.2): beside the id, in `prior_message`, or in the
// opt-in of a person with an id.
func aliasOf(c store.Contact, person messenger.Party, ev messenger.Event) store.Contact {
	if c.ID == "" || c.Kind == store.ContactUserRef {
		return store.Contact{}
	}
	ref := person.UserRef
	if ref == "" && ev.Prior != nil {
		ref = ev.Prior.Identifier
	}
	if ref == "" && ev.Optin != nil {
		ref = ev.Optin.UserRef
	}
	if ref == "" {
		return store.Contact{}
	}
	return store.Contact{Kind: store.ContactUserRef, ID: ref}
}

func echoParties(page string, ev messenger.Event) parties {
	p := parties{inbox: ev.Sender.ID, echo: true}
	person := ev.Recipient
	if page != "" && ev.Sender.ID != page && ev.Recipient.ID == page {
		p.inbox, person = page, ev.Sender // the flag came without the roles being swapped
	}
	if p.inbox == "" {
		p.inbox = page
	}
	if person.ID == "" || person.ID != p.inbox {
		p.contact = contactOf(person)
		p.alias = aliasOf(p.contact, person, ev)
	}
	return p
}

// contactOf is the person behind a party, the zero Contact when it names nobody.
func contactOf(p messenger.Party) store.Contact {
	switch {
	case messenger.IsVisitor(p.ID):
		return store.Contact{Kind: store.ContactVisitor, ID: p.ID}
	case p.ID != "":
		return store.Contact{Kind: store.ContactPSID, ID: p.ID}
	case p.UserRef != "":
		return store.Contact{Kind: store.ContactUserRef, ID: p.UserRef}
	default:
		return store.Contact{}
	}
}
