package plugin

import (
	"bytes"
	"context"
	"fmt"
	"net/http"
	"net/netip"
	"strconv"
	"sync"
	"time"
)

// How news come to visitors as they happen (server-sent events).
const (
	heartbeat    = 25 * time.Second // a line without news says so: what stands between us and the visitor cuts silent ones
	lineWithin   = 10 * time.Second // what the visitor's side has to take in what is written
	comeBackIn   = 2000             // ms after which a browser opens a line again that ended
	maxLines     = 20_000           // of all visitors
	maxLinesFrom = 1_000            // from one address
	maxLinesEach = 8                // of one visitor: tabs, and lines that died unnoticed; the oldest goes
	lastWords    = time.Second      // what a line has to end in once it shall
)

// liveLine is one open line to one visitor.
type liveLine struct{ end func() }

// switchboard knows the lines that are open.
type switchboard struct {
	mu     sync.Mutex
	closed bool
	open   map[convKey][]*liveLine // oldest first
	from   map[netip.Addr]int      // how many from each address that is bounded
	total  int
	all    sync.WaitGroup

	beat, patience time.Duration // heartbeat and lineWithin; tests shorten them
}

func newSwitchboard() *switchboard {
	return &switchboard{open: map[convKey][]*liveLine{}, from: map[netip.Addr]int{}, beat: heartbeat, patience: lineWithin}
}

// enter opens a line, unless there are too many, in all or from an address, which is not valid where that has no bound.
// leave must be called when the line has ended.
func (b *switchboard) enter(conv convKey, from netip.Addr, end func()) (leave func(), ok bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.closed || b.total >= maxLines || b.from[from] >= maxLinesFrom {
		return nil, false
	}
	if from.IsValid() {
		b.from[from]++
	}
	mine := b.open[conv]
	for _, old := range mine[:max(len(mine)-maxLinesEach+1, 0)] {
		old.end() // it leaves by itself
	}
	l := &liveLine{end}
	b.open[conv] = append(mine, l)
	b.total++
	b.all.Add(1)
	return func() { b.leave(conv, from, l) }, true
}

func (b *switchboard) leave(conv convKey, from netip.Addr, l *liveLine) {
	defer b.all.Done()
	b.mu.Lock()
	defer b.mu.Unlock()
	var left []*liveLine
	for _, other := range b.open[conv] {
		if other != l {
			left = append(left, other)
		}
	}
	if b.open[conv] = left; left == nil {
		delete(b.open, conv)
	}
	if b.from[from]--; b.from[from] <= 0 {
		delete(b.from, from)
	}
	b.total--
}

// lines is how many lines one visitor has open.
func (b *switchboard) lines(conv convKey) int {
	b.mu.Lock()
	defer b.mu.Unlock()
	return len(b.open[conv])
}

// cut ends the lines of one visitor.
func (b *switchboard) cut(conv convKey) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, l := range b.open[conv] {
		l.end()
	}
}

// wait returns when the lines that EndLines ended are gone.
func (b *switchboard) wait(ctx context.Context) error {
	b.mu.Lock()
	open := b.total
	b.mu.Unlock()
	if open == 0 {
		return nil // also when ctx has ended: nothing is to be waited for
	}
	gone := make(chan struct{})
	go func() {
		b.all.Wait()
		close(gone)
	}()
	select {
	case <-gone:
		return nil
	case <-ctx.Done():
		return fmt.Errorf("close the chat plugin: visitors' lines have not ended: %w", ctx.Err())
	}
}

// EndLines ends every line on which news come to visitors, and takes no more. Close does it too; an http.Server that waits
// for its requests before Close is called does it first, by RegisterOnShutdown.
func (s *Server) EndLines() {
	s.board.mu.Lock()
	defer s.board.mu.Unlock()
	s.board.closed = true
	for _, lines := range s.board.open {
		for _, l := range lines {
			l.end()
		}
	}
}

// marks are up to when the conversation has got, in ms.
type marks struct {
	SeenAt      int64 `json:"seen_at,omitempty"`      // the page has read the visitor's words
	DeliveredAt int64 `json:"delivered_at,omitempty"` // they have come in there
	ReadAt      int64 `json:"read_at,omitempty"`      // the visitor has read the page's
}

func marksOf(p Presence) marks {
	return marks{SeenAt: millis(p.SeenAt), DeliveredAt: millis(p.DeliveredAt), ReadAt: millis(p.ReadAt)}
}

// millis is a time in ms; 0 if there is none.
func millis(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixMilli()
}

// stateOut is what a line tells beside messages, whenever it changes.
type stateOut struct {
	Typing bool `json:"typing"`
	marks
	Reactions []Reaction `json:"reactions,omitempty"`
}

// liveCall is GET /plugin/events: what GET /plugin/messages answers, as it happens. A message's id is its place: a browser
// that comes back names the last one it had, and gets what followed, once.
func (s *Server) liveCall(w http.ResponseWriter, r *http.Request) {
	err := s.paceOfAddress(r, actPoll)
	var c Contact
	if err == nil {
		c, err = s.caller(r, actPoll)
	}
	var after uint64
	if err == nil {
		after, err = lastEvent(r)
	}
	if err == nil {
		err = s.arrivedUpTo(r.Context(), c, after)
	}
	if err != nil {
		s.answerVisitor(w, r, nil, err)
		return
	}
	ctx, end := context.WithCancel(r.Context())
	defer end()
	conn := http.NewResponseController(w)
	from, bounded := s.cameFrom(r)
	if !bounded {
		from = netip.Addr{}
	}
	leave, ok := s.board.enter(c.key(), from, func() {
		end()
		_ = conn.SetWriteDeadline(time.Now().Add(lastWords)) // for what is stuck in writing
	})
	if !ok {
		s.answerVisitor(w, r, nil, errNoLine)
		return
	}
	defer func() {
		leave()
		s.here(c) // until now
	}()
	s.crowd.stir(c)
	l := &live{s: s, c: c, token: bearer(r), after: after, stream: stream{w, conn, s.board.patience}}
	l.begin()
	l.run(ctx)
}

var errNoLine = &visitorError{
	status: http.StatusServiceUnavailable, retryAfter: int(heartbeat.Seconds()),
	Message: "no more lines can be open just now; ask for messages instead",
}

// lastEvent is the place after which a line goes on: what a browser says that comes back, or what the address says.
func lastEvent(r *http.Request) (uint64, error) {
	field, given := "Last-Event-ID", r.Header.Get("Last-Event-ID")
	if given == "" {
		field, given = "after", r.URL.Query().Get("after")
	}
	if given == "" {
		return 0, nil
	}
	after, err := strconv.ParseUint(given, 10, 64)
	if err != nil {
		return 0, &InputError{field, "is not the number of a place in the conversation"}
	}
	return after, nil
}

// live is a line being written. Whatever fails ends it: the visitor's browser comes back.
type live struct {
	s     *Server
	c     Contact
	token string
	after uint64
	state []byte // as it was told last
	stream
}

// run tells what there is, and then what happens, until ctx ends, the visitor goes or does not read.
func (l *live) run(ctx context.Context) {
	news, stop := l.s.Watch(l.c)
	defer stop()
	if l.write(retryHint) != nil {
		return
	}
	beat := time.NewTimer(l.s.board.beat)
	defer beat.Stop()
	for {
		typing, err := l.tell(ctx)
		if err != nil {
			return
		}
		rest := l.s.board.beat
		if typing > 0 {
			rest = min(rest, typing) // nobody says when typing ends by itself
		}
		beat.Reset(rest)
		select {
		case <-news:
		case <-beat.C:
			if _, err := l.s.Visitor(ctx, l.token); err != nil || l.write(signOfLife) != nil {
				return
			}
		case <-ctx.Done():
			return
		}
	}
}

// tell writes what is new, and says for how long the page goes on typing.
func (l *live) tell(ctx context.Context) (typing time.Duration, err error) {
	for {
		messages, err := l.s.Messages(ctx, l.c, l.after)
		if err != nil {
			return 0, err
		}
		if len(messages) == 0 {
			break
		}
		var out bytes.Buffer
		for _, m := range messages {
			if err := putEvent(&out, "message", m.Seq, line(m)); err != nil {
				return 0, err
			}
			l.after = m.Seq
		}
		if err := l.write(out.Bytes()); err != nil {
			return 0, err
		}
	}
	return l.tellState(ctx)
}

func (l *live) tellState(ctx context.Context) (typing time.Duration, err error) {
	presence, err := l.s.Presence(ctx, l.c)
	if err != nil {
		return 0, err
	}
	now := stateOut{Typing: presence.Typing, marks: marksOf(presence)}
	if now.Reactions, err = l.s.Reactions(ctx, l.c); err != nil {
		return 0, err
	}
	var out bytes.Buffer
	if err := putEvent(&out, "state", 0, now); err != nil {
		return 0, err
	}
	if !bytes.Equal(out.Bytes(), l.state) {
		if err := l.write(out.Bytes()); err != nil {
			return 0, err
		}
		l.state = out.Bytes()
	}
	return l.s.typingLeft(l.c), nil
}

// typingLeft is for how long the page goes on typing if nothing is heard of it; 0 if it is not.
func (s *Server) typingLeft(c Contact) time.Duration {
	s.mu.Lock()
	defer s.mu.Unlock()
	return max(s.typing[c.key()].Sub(s.now()), 0)
}

// arrivedIn is the body of POST /plugin/arrived.
type arrivedIn struct {
	After uint64 `json:"after"`
}

// visitorArrived is POST /plugin/arrived: everything up to a place has come in by a line.
func (s *Server) visitorArrived(r *http.Request) (any, error) {
	c, err := s.caller(r, actPoll)
	if err != nil {
		return nil, err
	}
	var in arrivedIn
	if err := readBody(r, &in); err != nil {
		return nil, err
	}
	return struct{}{}, s.arrivedUpTo(r.Context(), c, in.After)
}
