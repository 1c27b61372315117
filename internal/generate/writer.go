package generate

import (
	"fmt"
	"math/rand/v2"
	"strconv"

	"frontdesk/store"
)

// writer makes the records of visits.
type writer struct {
	o     Options
	begin store.Millis
	seq   store.Seq // of the newest record
}

func newWriter(o Options) *writer {
	return &writer{o: o, begin: o.until() - slots*slotMillis}
}

// talk is one visit being written.
type talk struct {
	*writer
	visit
	rng           *rand.Rand
	lang          *language
	page, contact string
	id            store.ConversationID
	at            store.Millis
	plugin        bool
	yield         func(store.Record) bool
	stopped       bool
}

// visit writes one visit; it reports false when no more is wanted.
func (w *writer) visit(v visit, slot int, yield func(store.Record) bool) bool {
	conv := int(v.conv)
	always := w.o.dice(conv, 1) // what is the same in each visit
	t := talk{
		writer: w, visit: v, rng: w.o.dice(conv, 2+uint64(v.n)), lang: languageOf(always), page: PageOf(conv),
		contact: ContactID(conv), id: ConversationOf(conv), plugin: always.IntN(100) < 40, yield: yield,
	}
	t.at = w.begin + store.Millis(slot*slotMillis+t.rng.IntN(slotMillis/2))
	t.arrive(always)
	answered := false
	for i := range int(v.lines) {
		t.at += store.Millis(15_000 + t.rng.IntN(60_000))
		if i > 0 && t.rng.IntN(100) < 55 {
			t.echo()
			answered = true
			continue
		}
		t.says(always.IntN(100) == 0)
	}
	if answered && t.rng.IntN(4) == 0 {
		t.at += 5_000
		t.seen()
	}
	t.leave()
	return !t.stopped
}

// arrive is what comes before the first words: where the contact came from, and their name.
func (t *talk) arrive(always *rand.Rand) {
	name := pick(always, t.lang.given) + " " + pick(always, t.lang.family)
	if t.n == 0 {
		if t.plugin || t.rng.IntN(100) < 45 {
			t.comesIn(t.plugin)
		}
		if t.rng.IntN(100) < 75 {
			t.body(store.Profile{Conversation: t.id, Name: name})
		}
		return
	}
	if t.rng.IntN(12) == 0 { // back by another way
		t.comesIn(t.rng.IntN(2) == 0)
	}
}

// leave is what agents do when a contact has gone.
func (t *talk) leave() {
	agent := Agents[t.rng.IntN(len(Agents))]
	act := store.Act{Agent: agent, Conversation: t.id}
	dice := t.rng.IntN(1000)
	if !t.last || dice < 15 { // nobody has looked yet
		return
	}
	t.at += 60_000
	act.Verb, act.Seen = store.VerbRead, t.seq
	t.body(act)
	act.Seen = 0
	if dice%10 == 0 {
		act.Verb, act.Assignee = store.VerbAssign, agent
		t.body(act)
		act.Assignee = ""
	}
	switch {
	case dice < 900:
		act.Verb = store.VerbResolve
		t.body(act)
	case dice < 905:
		act.Verb, act.Until = store.VerbSnooze, t.o.until()+store.Millis(1+t.rng.IntN(30))*24*3600*1000
		t.body(act)
	}
}

// event writes a webhook with one event: from the contact, or from the page.
func (t *talk) event(fromPage bool, body func([]byte) []byte) {
	b := make([]byte, 0, 512)
	b = append(b, `{"object":"page","entry":[{"id":"`...)
	b = append(b, t.page...)
	b = append(b, `","time":`...)
	b = strconv.AppendInt(b, int64(t.at)+200, 10)
	b = append(b, `,"messaging":[{"sender":{"id":"`...)
	sender, recipient := t.contact, t.page
	if fromPage {
		sender, recipient = recipient, sender
	}
	b = append(b, sender...)
	b = append(b, `"},"recipient":{"id":"`...)
	b = append(b, recipient...)
	b = append(b, `"},"timestamp":`...)
	b = strconv.AppendInt(b, int64(t.at), 10)
	b = append(b, ',')
	b = append(body(b), `}]}]}`...)
	t.keep(store.Record{Kind: store.RecordWebhook, At: t.at + 400, Body: b})
}

func (t *talk) keep(r store.Record) {
	if t.stopped {
		return
	}
	t.seq++
	t.stopped = !t.yield(r)
}

// body writes a record of ours. Its bodies are values of the store's own types, which JSON can always say.
func (t *talk) body(body any) {
	r, err := store.NewRecord(t.at+400, body)
	if err != nil {
		panic(fmt.Sprintf("a record could not be made of a %T: %v", body, err))
	}
	t.keep(r)
}

const midLetters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"

func (t *talk) mid(b []byte) []byte {
	b = append(b, `"mid":"m_`...)
	for range 6 {
		n := t.rng.Uint64()
		for range 10 {
			b = append(b, midLetters[n&63])
			n >>= 6
		}
	}
	return append(b, '"')
}

func (t *talk) text(b []byte, text string) []byte {
	b = append(b, `,"text":"`...)
	b = append(b, text...)
	if t.rng.IntN(5) == 0 {
		b = append(b, " #"...)
		b = strconv.AppendInt(b, int64(10_000+t.rng.IntN(90_000)), 10)
	}
	return append(b, '"')
}

func (t *talk) says(picture bool) {
	t.event(false, func(b []byte) []byte {
		b = t.mid(append(b, `"message":{`...))
		if picture {
			b = append(b, `,"attachments":[{"type":"image","payload":{"url":"https://pictures.example/v/t1.15752-9/`...)
			b = strconv.AppendUint(b, t.rng.Uint64(), 10)
			b = append(b, `_n.jpg"}}]`...)
		} else {
			b = t.text(b, pick(t.rng, t.lang.asks))
		}
		if t.plugin {
			b = append(b, `,"tags":[{"source":"customer_chat_plugin"}]`...)
		}
		return append(b, '}')
	})
}

func (t *talk) echo() {
	t.event(true, func(b []byte) []byte {
		b = t.mid(append(b, `"message":{"is_echo":true,`...))
		return append(t.text(b, pick(t.rng, t.lang.answers)), '}')
	})
}

// seen is the receipt that everything was read.
func (t *talk) seen() {
	t.event(false, func(b []byte) []byte {
		b = append(b, `"read":{"watermark":`...)
		return append(strconv.AppendInt(b, int64(t.at), 10), '}')
	})
}

// comesIn is a referral: of the plugin, or of a link or an ad.
func (t *talk) comesIn(plugin bool) {
	source, ad := "SHORTLINK", ""
	switch {
	case plugin:
		source = "CUSTOMER_CHAT_PLUGIN"
	case t.rng.IntN(3) == 0:
		source, ad = "ADS", digits(23_850_000_000_000_000+t.rng.Uint64N(500))
	}
	t.event(false, func(b []byte) []byte {
		b = append(b, `"referral":{"source":"`...)
		b = append(b, source...)
		b = append(b, `","type":"OPEN_THREAD"`...)
		if t.rng.IntN(10) > 0 {
			b = append(b, `,"ref":"`...)
			b = append(b, t.o.ref(t.rng)...)
			b = append(b, '"')
		}
		if ad != "" {
			b = append(b, `,"ad_id":"`...)
			b = append(b, ad...)
			b = append(b, '"')
		}
		return append(b, '}')
	})
}

// Incoming is the body of a webhook with one more message in conversation i; n tells such messages apart.
func (o Options) Incoming(i int, n uint64, at store.Millis) []byte {
	var body []byte
	t := talk{
		writer: newWriter(o), rng: o.dice(i, 1<<40+n), page: PageOf(i), contact: ContactID(i), id: ConversationOf(i), at: at,
		lang: languageOf(o.dice(i, 1)),
		yield: func(r store.Record) bool {
			body = r.Body
			return true
		},
	}
	t.says(false)
	return body
}
