package visitors

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"sync"
	"time"
)

const (
	website = "https://www.lumen.example"
	// together is how many visitors come from one address, as from a house behind one connection: fewer than the 60
	// that may begin at once from there.
	together = 50
	// hands is how many calls are made at once, as by a proxy with so many connections.
	hands = 64
	// answers begins the text of every answer.
	answers = "You asked: "
	// answeredWithin is what the last words have to be answered in.
	answeredWithin = time.Minute
	callWithin     = 30 * time.Second
)

// The bodies of the calls, and what comes on a line.
type (
	begins struct {
		PageID  string `json:"page_id"`
		PageURL string `json:"page_url"`
		Title   string `json:"title"`
	}
	begun struct {
		ID    string `json:"id"`
		Token string `json:"token"`
	}
	says struct {
		Text string `json:"text"`
		Key  string `json:"key"`
	}
	said struct {
		Seq  uint64 `json:"seq"`
		MID  string `json:"mid"`
		From string `json:"from"`
		At   int64  `json:"at"`
		Text string `json:"text"`
		Key  string `json:"key,omitempty"`
	}
	arrived struct {
		After uint64 `json:"after"`
	}
)

// visitor is one of the crowd.
type visitor struct {
	n     int
	id    string
	token string
	words int   // said so far
	waits *word // what is not answered yet; crowd's mu guards it
}

// address is where a visitor comes from, of the range that is set aside for measuring.
func (v *visitor) address() string {
	n := v.n / together
	return fmt.Sprintf("198.18.%d.%d", n/250, n%250+1)
}

// word is one thing that a visitor says, and what became of it.
type word struct {
	who  *visitor
	text string

	// When it went out, was answered by 200, was in the agent's list, was answered by the agent, was on the visitor's own
	// line, and when its answer was there.
	sent, taken, listed, replied, own, back time.Time

	owns, backs int // how often it came on the line, and its answer
}

// crowd is all visitors of one server.
type crowd struct {
	o     Options
	base  string
	http  *http.Client
	agent *agent // nil where the server answers by itself
	fail  context.CancelCauseFunc

	all   []*visitor
	lines sync.WaitGroup
	shut  context.CancelFunc // ends the lines

	mu      sync.Mutex
	words   map[string]*word
	open    int // words that are not answered yet
	news    chan struct{}
	busy    int // turns of visitors who waited for an answer still
	arrives chan arrival
}

// arrival is a place up to which a visitor's line has come.
type arrival struct {
	who *visitor
	seq uint64
}

func newCrowd(o Options, p *program, fail context.CancelCauseFunc) *crowd {
	c := &crowd{
		o: o, base: p.base, fail: fail, words: map[string]*word{}, news: make(chan struct{}, 1), shut: func() {},
		arrives: make(chan arrival, o.Count),
		http: &http.Client{Timeout: callWithin, Transport: &http.Transport{
			MaxConnsPerHost: hands, MaxIdleConnsPerHost: hands, DisableCompression: true,
		}},
	}
	for n := range o.Count {
		c.all = append(c.all, &visitor{n: n})
	}
	return c
}

// call makes a visitor's call, as the frame in a browser makes it and a proxy hands it on.
func (c *crowd) call(ctx context.Context, v *visitor, path string, body, into any) error {
	raw, err := json.Marshal(body)
	if err != nil {
		return err
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, c.base+path, bytes.NewReader(raw))
	if err != nil {
		return err
	}
	for _, h := range c.headers(v) {
		req.Header.Set(h[0], h[1])
	}
	res, err := c.http.Do(req)
	if err != nil {
		return err
	}
	defer res.Body.Close()
	answer, err := io.ReadAll(res.Body)
	switch {
	case err != nil:
		return fmt.Errorf("read the answer of %s: %w", path, err)
	case res.StatusCode != http.StatusOK:
		return fmt.Errorf("%s was answered with %d: %.200s", path, res.StatusCode, answer)
	case into == nil:
		return nil
	}
	return json.Unmarshal(answer, into)
}

func (c *crowd) headers(v *visitor) [][2]string {
	headers := [][2]string{
		{"Content-Type", "application/json"},
		{"Origin", c.base},
		{"X-Forwarded-For", v.address()},
		{"Accept-Language", "en-GB,en;q=0.9"},
		{"User-Agent", "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/140.0 Safari/537.36"},
	}
	if v.token != "" {
		headers = append(headers, [2]string{"Authorization", "Bearer " + v.token})
	}
	return headers
}

// each does something for every visitor, with all hands.
func (c *crowd) each(ctx context.Context, do func(*visitor) error) error {
	next := make(chan *visitor)
	errs := make([]error, hands)
	var work sync.WaitGroup
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	for i := range errs {
		work.Go(func() {
			for v := range next {
				if errs[i] = do(v); errs[i] != nil {
					cancel() // one is enough
					return
				}
			}
		})
	}
	for _, v := range c.all {
		select {
		case next <- v:
		case <-ctx.Done():
		}
	}
	close(next)
	work.Wait()
	for _, err := range errs {
		if err != nil && !errors.Is(err, context.Canceled) {
			return err
		}
	}
	return ctx.Err()
}

// begin has all visitors press Get Started, and waits until the agent's list has them.
func (c *crowd) begin(ctx context.Context) error {
	err := c.each(ctx, func(v *visitor) error {
		var got begun
		err := c.call(ctx, v, "/plugin/visitors", begins{PageID: sitePage, PageURL: website + "/bikes", Title: "Bikes"}, &got)
		v.id, v.token = got.ID, got.Token
		return err
	})
	if err == nil && c.agent != nil {
		err = c.agent.has(ctx, c.o.Count)
	}
	if err != nil {
		return fmt.Errorf("begin: %w", err)
	}
	return nil
}

// chat lets visitors say something, one after the other, until the time is over, and waits for the last answer.
func (c *crowd) chat(ctx context.Context) error {
	jobs := make(chan *word, hands)
	var work sync.WaitGroup
	for range hands {
		work.Go(func() {
			for w := range jobs {
				c.says(ctx, w)
			}
		})
	}
	stopArrivals := c.tellArrivals(ctx)
	err := c.turns(ctx, jobs)
	close(jobs)
	work.Wait()
	if err == nil {
		err = c.answered(ctx)
	}
	stopArrivals()
	return err
}

// turns gives each visitor in turn a word to say. Whoever still waits for an answer is passed over.
func (c *crowd) turns(ctx context.Context, jobs chan<- *word) error {
	began := time.Now()
	for n := 0; ; n++ {
		due := time.Duration(float64(n) / c.o.Pace * float64(time.Second))
		if due >= c.o.Chat {
			return nil
		}
		if err := wait(ctx, time.Until(began.Add(due))); err != nil {
			return err
		}
		if w := c.next(c.all[n%len(c.all)]); w != nil {
			select {
			case jobs <- w:
			case <-ctx.Done():
				return context.Cause(ctx)
			}
		}
	}
}

// next is a visitor's next word; nil while the last one is not answered.
func (c *crowd) next(v *visitor) *word {
	c.mu.Lock()
	defer c.mu.Unlock()
	if v.waits != nil {
		c.busy++
		return nil
	}
	v.words++
	w := &word{who: v, text: fmt.Sprintf("Visitor %d, question %d: is the blue one there in my size?", v.n, v.words)}
	v.waits, c.words[w.text] = w, w
	c.open++
	return w
}

func (c *crowd) says(ctx context.Context, w *word) {
	c.mu.Lock()
	w.sent = time.Now()
	c.mu.Unlock()
	err := c.call(ctx, w.who, "/plugin/messages", says{Text: w.text, Key: fmt.Sprintf("k-%d-%d", w.who.n, w.who.words)}, nil)
	if err != nil {
		c.fail(fmt.Errorf("visitor %d: %w", w.who.n, err))
		return
	}
	c.mu.Lock()
	w.taken = time.Now()
	c.mu.Unlock()
}

// tellArrivals says what has come by the lines, as the page in a browser does.
func (c *crowd) tellArrivals(ctx context.Context) (stop func()) {
	var work sync.WaitGroup
	done := make(chan struct{})
	for range hands / 8 {
		work.Go(func() {
			for {
				select {
				case a := <-c.arrives:
					if err := c.call(ctx, a.who, "/plugin/arrived", arrived{After: a.seq}, nil); err != nil {
						c.fail(fmt.Errorf("visitor %d: %w", a.who.n, err))
						return
					}
				case <-done:
					return
				}
			}
		})
	}
	return func() {
		close(done)
		work.Wait()
	}
}

// answered waits until every word is answered.
func (c *crowd) answered(ctx context.Context) error {
	limit := time.After(answeredWithin)
	for {
		c.mu.Lock()
		open := c.open
		c.mu.Unlock()
		if open == 0 {
			return nil
		}
		select {
		case <-c.news:
		case <-limit:
			return fmt.Errorf("%d words had no answer within %s after the last was said", open, answeredWithin)
		case <-ctx.Done():
			return context.Cause(ctx)
		}
	}
}

// leave closes all lines and waits for their ends.
func (c *crowd) leave() {
	c.shut()
	c.lines.Wait()
	c.http.CloseIdleConnections()
}
