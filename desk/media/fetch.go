package media

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"path"
	"strconv"
	"strings"
	"time"

	"frontdesk/messenger"
	"frontdesk/store"
)

const (
	// fetchTime is how long one file may take.
	fetchTime = 2 * time.Minute
	// longestWait is the longest that a server may have us wait before the next try.
	longestWait = time.Hour

	typeSticker = "sticker"
)

// Fault says why a file could not be fetched.
type Fault struct {
	Reason string // a sentence
	Advice string // a sentence; may be empty

	Gone bool // the one who has it says that it is not there any more, or not for us
	// Passing says that another try may help; After is how long the other side asks to wait for it.
	Passing bool
	After   time.Duration
}

// Error says what happened, never from where.
func (f *Fault) Error() string { return strings.TrimSpace(f.Reason + " " + f.Advice) }

func passing(format string, args ...any) *Fault {
	return &Fault{Reason: fmt.Sprintf(format, args...), Passing: true, Advice: "Try again later."}
}

func lasting(format string, args ...any) *Fault { return &Fault{Reason: fmt.Sprintf(format, args...)} }

// fetcher fetches files into a Folder.
type fetcher struct {
	folder *Folder
	http   *http.Client
	limit  int64
	within time.Duration
}

func newFetcher(folder *Folder, own func() []string) *fetcher {
	return &fetcher{folder: folder, http: newNetwork(own).client(), limit: messenger.MaxFileBytes, within: fetchTime}
}

// fetched is a file that came in and is what it was said to be.
type fetched struct {
	*arrived
	known about
}

// fetch brings in the file behind an address, which is to be of a kind of attachment. It fails with a *Fault, or with the
// context's error.
func (f *fetcher) fetch(ctx context.Context, address, kind string) (fetched, error) {
	within, cancel := context.WithTimeout(ctx, f.within)
	defer cancel()
	res, err := get(within, f.http, address)
	if err == nil {
		defer res.Body.Close()
		err = answered(res, f.limit)
	}
	var a *arrived
	if err == nil {
		a, err = f.folder.take(res.Body, f.limit)
	}
	if err != nil {
		if ctx.Err() != nil {
			return fetched{}, ctx.Err()
		}
		return fetched{}, faultOf(err, f.limit)
	}
	got, err := looked(a, nameOf(res), kind)
	if err != nil {
		a.discard()
		return fetched{}, err
	}
	return got, nil
}

// bring fetches a file and keeps it.
func (f *fetcher) bring(ctx context.Context, address, kind string, known about) (store.File, about, error) {
	got, err := f.fetch(ctx, address, kind)
	if err != nil {
		return store.File{}, about{}, err
	}
	got.known.Ours, got.known.Refs = known.Ours, known.Refs
	kept, err := f.folder.keep(ctx, got.arrived, got.known)
	switch {
	case ctx.Err() != nil:
		return store.File{}, about{}, ctx.Err()
	case errors.Is(err, errNoRoom):
		return store.File{}, about{}, &Fault{
			Reason: "The data folder has no room for it.", Advice: "Set FRONTDESK_MEDIA_MAX higher and start frontdesk again.",
		}
	case err != nil:
		return store.File{}, about{}, faultOf(err, f.limit)
	}
	return kept, got.known, nil
}

// answered judges an answer before any of its body is read.
func answered(res *http.Response, limit int64) error {
	switch code := res.StatusCode; {
	case code == http.StatusOK:
	case code == http.StatusForbidden, code == http.StatusNotFound, code == http.StatusGone:
		return &Fault{Reason: "It is no longer available: the platform does not hand it out any more.", Gone: true}
	case code == http.StatusRequestTimeout, code == http.StatusTooEarly, code == http.StatusTooManyRequests, code >= 500:
		fault := passing("The platform could not hand it out at the moment (HTTP %d).", code)
		fault.After = waitOf(res)
		return fault
	default:
		return lasting("The platform did not hand it out (HTTP %d).", code)
	}
	if res.ContentLength > limit {
		return errTooLarge
	}
	if coding := res.Header.Get("Content-Encoding"); coding != "" && !strings.EqualFold(coding, "identity") {
		return lasting("It came packed in a way that was not asked for.")
	}
	return nil
}

// waitOf is how long an answer asks to wait.
func waitOf(res *http.Response) time.Duration {
	seconds, err := strconv.Atoi(res.Header.Get("Retry-After"))
	if err != nil || seconds < 0 {
		return 0
	}
	return min(time.Duration(min(seconds, 1<<20))*time.Second, longestWait)
}

// nameOf is what a file is called: the last part of its address (ref. 2.5).
func nameOf(res *http.Response) string {
	name := path.Base(res.Request.URL.EscapedPath())
	if whole, err := url.PathUnescape(name); err == nil {
		name = whole
	}
	return cleanName(name)
}

// looked checks that a file is what it was said to be.
func looked(a *arrived, name, kind string) (fetched, error) {
	known := about{Type: contentType(a.head, name), Name: name}
	switch {
	case a.size == 0:
		return fetched{}, lasting("It is empty.")
	case !fits(known.Type, kind) && isPage(known.Type):
		return fetched{}, lasting("A web page came in the place of the %s.", kindWord(kind))
	case !fits(known.Type, kind):
		return fetched{}, lasting("It is not what it was sent as: no %s, but %s.", kindWord(kind), known.Type)
	}
	var damaged bool
	known.Width, known.Height, damaged = pictureSize(a.path, known.Type)
	switch {
	case damaged && (kind == messenger.TypeImage || kind == typeSticker):
		return fetched{}, lasting("The picture is damaged.")
	case tooManyPixels(known.Width, known.Height):
		return fetched{}, lasting("The picture has %d × %d points: more than can be shown.", known.Width, known.Height)
	}
	return fetched{arrived: a, known: known}, nil
}

func kindWord(kind string) string {
	switch kind {
	case messenger.TypeImage:
		return "picture"
	case messenger.TypeAudio:
		return "sound"
	case messenger.TypeVideo:
		return "film"
	case typeSticker:
		return "sticker"
	}
	return "file"
}

// faultOf says in a sentence why a file did not come.
func faultOf(err error, limit int64) *Fault {
	var fault *Fault
	var broken *sourceError
	var asked *url.Error
	switch {
	case errors.As(err, &fault):
		return fault
	case errors.Is(err, errPrivate):
		return lasting("Its address leads into a private network, where nothing is fetched from.")
	case errors.Is(err, errNotHTTPS):
		return lasting("Its address is none that begins with https://, so nothing was fetched.")
	case errors.Is(err, errRedirects):
		return lasting("Its address leads on and on; after %d steps it was left alone.", maxRedirects)
	case errors.Is(err, errTooLarge):
		return lasting("It has more than %s; nothing larger is kept.", megabytes(limit))
	case errors.Is(err, context.DeadlineExceeded):
		return passing("It took too long to come.")
	case errors.As(err, &broken):
		return passing("The connection broke while it came.")
	case errors.As(err, &asked):
		return passing("The one who has it could not be reached.")
	}
	if diskFull(err) {
		return &Fault{Reason: "The disk of the data folder is full.", Advice: "Make room, then try again.", Passing: true}
	}
	return &Fault{Reason: "It could not be written to the data folder.", Advice: "Check that the folder is there and yours, then try again.", Passing: true}
}
