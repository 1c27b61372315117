package messenger

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptrace"
	"net/url"
	"regexp"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

// What ClientOptions means where it says nothing.
const (
	DefaultGraphURL     = "https://graph.facebook.com"
	DefaultGraphVersion = "v25.0"
)

// uploadTimeout is what an upload may take: the largest file on a slow line, and the platform's own look at it.
const uploadTimeout = 10 * time.Minute

// maxAnswer is how much of an answer is read.
const maxAnswer = 1 << 20

// ClientOptions says whom a Client speaks to, and as whom.
type ClientOptions struct {
	BaseURL   string // default DefaultGraphURL
	Version   string // default DefaultGraphVersion
	Token     string // page access token
	AppSecret string // if set, every call carries a proof made with it
	// HTTP makes the requests; nil for one with time-outs of its own. Redirects are never followed.
	HTTP *http.Client
	Now  func() time.Time // default time.Now
}

// Client calls the Graph API for one page. It never repeats a request of which a byte may have been written, and no
// error of it shows the token, the app secret or the proof.
type Client struct {
	base   string // with the version, without a slash at the end
	token  string
	proof  string
	hidden *strings.Replacer
	http   *http.Client
	files  *http.Client // http with more time
	now    func() time.Time

	mu    sync.Mutex
	usage Usage
}

var versionForm = regexp.MustCompile(`^v[0-9]+\.[0-9]+$`)

// NewClient makes a client; it speaks to nobody yet.
func NewClient(o ClientOptions) (*Client, error) {
	if o.BaseURL == "" {
		o.BaseURL = DefaultGraphURL
	}
	if o.Version == "" {
		o.Version = DefaultGraphVersion
	}
	u, err := url.Parse(o.BaseURL)
	if err != nil || u.Host == "" || (u.Scheme != "http" && u.Scheme != "https") || u.User != nil || u.RawQuery != "" || u.Fragment != "" {
		return nil, errors.New("graph client: the base address must be http:// or https:// with a host, without user, query or fragment")
	}
	if !versionForm.MatchString(o.Version) {
		return nil, fmt.Errorf("graph client: version %q must look like %s", o.Version, DefaultGraphVersion)
	}
	if o.Token == "" || strings.ContainsFunc(o.Token, func(r rune) bool { return r <= ' ' || r > '~' }) {
		return nil, errors.New("graph client: the page access token is empty, or has blanks or odd characters in it")
	}
	c := &Client{base: strings.TrimRight(o.BaseURL, "/") + "/" + o.Version, token: o.Token, now: o.Now}
	if c.now == nil {
		c.now = time.Now
	}
	secrets := []string{o.Token, "[token]", url.QueryEscape(o.Token), "[token]", strings.ReplaceAll(o.Token, "/", `\/`), "[token]"}
	if o.AppSecret != "" {
		c.proof = AppSecretProof(o.Token, o.AppSecret)
		secrets = append(secrets, o.AppSecret, "[secret]", c.proof, "[proof]")
	}
	c.hidden = strings.NewReplacer(secrets...)
	c.http = ownHTTP(o.HTTP)
	files := *c.http
	if files.Timeout > 0 && files.Timeout < uploadTimeout {
		files.Timeout = uploadTimeout
	}
	c.files = &files
	return c, nil
}

// ownHTTP is given, or a client with time-outs, made not to follow redirects: one would repeat a POST, or carry the
// token elsewhere.
func ownHTTP(given *http.Client) *http.Client {
	var h http.Client
	if given != nil {
		h = *given
	} else {
		h = http.Client{
			// The platform may take 75 seconds to fetch a video before it answers (ref. 3.6).
			Timeout: 100 * time.Second,
			Transport: &http.Transport{
				Proxy:                 http.ProxyFromEnvironment,
				DialContext:           (&net.Dialer{Timeout: 10 * time.Second, KeepAlive: 30 * time.Second}).DialContext,
				ForceAttemptHTTP2:     true,
				MaxIdleConns:          32,
				MaxIdleConnsPerHost:   8,
				IdleConnTimeout:       60 * time.Second,
				TLSHandshakeTimeout:   10 * time.Second,
				ResponseHeaderTimeout: 90 * time.Second,
				ExpectContinueTimeout: time.Second,
			},
		}
	}
	h.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	return &h
}

// Usage is the latest that the platform said about our use of its limits; zero before it said anything.
func (c *Client) Usage() Usage {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.usage
}

// Send makes one request to POST /{page}/messages (ref. 3.1). What went wrong is an *APIError (the platform answered),
// a *TransportError (it did not) or ErrUnclearAnswer; Judge says what to do about each. The request is not validated.
func (c *Client) Send(ctx context.Context, page string, req SendRequest) (SendResponse, error) {
	if !pathID.MatchString(page) {
		return SendResponse{}, &LimitError{Field: "page", Problem: "must be the id of a page"}
	}
	body, err := req.Body()
	if err != nil {
		return SendResponse{}, fmt.Errorf("encode message to page %s: %w", page, err)
	}
	status, answer, err := c.call(ctx, post("/"+page+"/messages", body))
	if err != nil {
		return SendResponse{}, err
	}
	res, ok := parseSendResponse(answer)
	if !ok || (req.SenderAction == "" && res.MessageID == "") {
		return SendResponse{}, fmt.Errorf("send for page %s: %w", page, c.unclearAnswer(status, answer))
	}
	res.Status, res.Answer = status, c.evidence(answer)
	return res, nil
}

// pathID is what may stand in a path as an id. Ids come from outside: none may change which path is called.
var pathID = regexp.MustCompile(`^[A-Za-z0-9_-]+$`)

// request is one call of the API.
type request struct {
	method, path string
	query        url.Values
	kind         string // of the body
	body         io.Reader
	size         int64      // of the body, where its type does not tell
	long         bool       // it may take its time
	date         *time.Time // gets the platform's clock, where its answer has it; may be nil
}

// post is a call with a body of JSON.
func post(path string, body []byte) request {
	return request{method: http.MethodPost, path: path, kind: "application/json", body: bytes.NewReader(body)}
}

// close ends a body that nobody reads.
func (r request) close() {
	if body, ok := r.body.(io.Closer); ok {
		_ = body.Close() // it was only read
	}
}

// call makes one request and reads its answer. An answer that is an error, by its body or its status, is an *APIError.
func (c *Client) call(ctx context.Context, what request) (int, []byte, error) {
	if c.proof != "" {
		if what.query == nil {
			what.query = url.Values{}
		}
		what.query.Set("appsecret_proof", c.proof)
	}
	address := c.base + what.path
	if len(what.query) > 0 {
		address += "?" + what.query.Encode()
	}
	if err := ctx.Err(); err != nil {
		what.close()
		return 0, nil, &TransportError{Err: err}
	}
	var reached atomic.Bool
	req, err := http.NewRequestWithContext(watchReach(ctx, &reached), what.method, address, what.body)
	if err != nil {
		what.close()
		return 0, nil, &TransportError{Err: c.hide(err)}
	}
	req.Header.Set("Authorization", "Bearer "+c.token)
	req.Header.Set("Accept", "application/json")
	if what.kind != "" {
		req.Header.Set("Content-Type", what.kind)
	}
	carrier := c.http
	if what.long {
		carrier, req.ContentLength = c.files, what.size
	}
	res, err := carrier.Do(req)
	if err != nil {
		return 0, nil, &TransportError{Reached: reached.Load(), Err: c.hide(err)}
	}
	defer res.Body.Close()
	c.noteUsage(res.Header)
	if what.date != nil {
		if at, err := http.ParseTime(res.Header.Get("Date")); err == nil {
			*what.date = at
		}
	}
	answer, err := io.ReadAll(io.LimitReader(res.Body, maxAnswer))
	if err != nil {
		return 0, nil, &TransportError{Reached: true, Err: c.hide(err)}
	}
	if apiErr := ParseError(res.StatusCode, answer); apiErr != nil {
		apiErr.RetryAfter = retryAfter(res.Header, c.now())
		apiErr.hide(c.hidden)
		apiErr.Body = c.evidence(answer)
		return 0, nil, apiErr
	}
	return res.StatusCode, answer, nil
}

// watchReach keeps in reached whether bytes of a request may have been written: from the moment it has a connection. A
// transport looks for a second connection only when nothing was written on the first. One that tells nothing of its
// connections counts as having written.
func watchReach(ctx context.Context, reached *atomic.Bool) context.Context {
	reached.Store(true)
	return httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{
		GetConn: func(string) { reached.Store(false) },
		GotConn: func(httptrace.GotConnInfo) { reached.Store(true) },
	})
}

// hide cuts the address off err, and everything secret out of its text.
func (c *Client) hide(err error) error {
	var ue *url.Error
	if errors.As(err, &ue) {
		err = ue.Err
	}
	return &hiddenError{text: c.hidden.Replace(err.Error()), err: err}
}

// hiddenError is err with another text.
type hiddenError struct {
	text string
	err  error
}

func (e *hiddenError) Error() string { return e.text }

// Is lets errors.Is see the causes that callers ask for, without handing out an error whose text was not cleaned.
func (e *hiddenError) Is(target error) bool { return errors.Is(e.err, target) }

// Timeout reports whether the cause was one of time.
func (e *hiddenError) Timeout() bool {
	var t interface{ Timeout() bool }
	return errors.As(e.err, &t) && t.Timeout()
}

func parseSendResponse(body []byte) (SendResponse, bool) {
	var res SendResponse
	r := newReader(body)
	ok := r.object(func(name string) {
		switch name {
		case "recipient_id":
			res.RecipientID = r.id()
		case "message_id":
			res.MessageID = r.id()
		case "attachment_id":
			res.AttachmentID = r.id()
		default:
			r.skip()
		}
	})
	return res, ok && r.end()
}
