package chromium

import (
	"context"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// Device is what a page is shown on.
type Device struct {
	Width, Height int64
	Phone         bool   // touch, and a phone's user agent
	Dark          bool   // prefers-color-scheme: dark
	Still         bool   // prefers-reduced-motion: reduce
	Language      string // as "de-DE"; empty is the machine's
}

// Desktop and Phone are the devices most tests use.
var (
	Desktop = Device{Width: 1280, Height: 800}
	Phone   = Device{Width: 390, Height: 844, Phone: true}
)

const phoneAgent = "Mozilla/5.0 (Linux; Android 15; Pixel 9) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Mobile Safari/537.36"

// Profile is a browser's store of its own: pages of one profile share what websites keep, those of two share nothing.
type Profile struct{ ctx context.Context } //nolint:containedctx // how chromedp names a profile

// Page is one tab. Its own document is asked like a frame's.
type Page struct {
	Document
	t      *testing.T
	ctx    context.Context //nolint:containedctx // how chromedp names a tab
	end    context.CancelFunc
	device Device

	mu       sync.Mutex
	console  []string
	answers  map[network.RequestID]*Answer
	order    []network.RequestID
	contexts map[cdp.FrameID]runtime.ExecutionContextID
}

// Profile makes a store of its own.
func (b *Browser) Profile(t *testing.T) *Profile {
	t.Helper()
	ctx, end := chromedp.NewContext(b.ctx, chromedp.WithNewBrowserContext())
	t.Cleanup(end)
	if err := chromedp.Do(ctx); err != nil {
		t.Fatalf("make a profile: %v", err)
	}
	return &Profile{ctx: ctx}
}

// Page opens a tab in a profile of its own.
func (b *Browser) Page(t *testing.T, d Device) *Page {
	t.Helper()
	return b.Profile(t).Page(t, d)
}

// Page opens a tab.
func (f *Profile) Page(t *testing.T, d Device) *Page {
	t.Helper()
	p := &Page{t: t, answers: map[network.RequestID]*Answer{}, contexts: map[cdp.FrameID]runtime.ExecutionContextID{}}
	p.page = p
	p.ctx, p.end = chromedp.NewContext(f.ctx, chromedp.WithListener(p.heard))
	t.Cleanup(p.end)
	if err := chromedp.Do(p.ctx); err != nil {
		t.Fatalf("open a tab: %v", err)
	}
	p.Become(d)
	return p
}

// Become shows the page on another device, as after the night has come or a phone was turned.
func (p *Page) Become(d Device) {
	p.t.Helper()
	p.device = d
	var options []chromedp.EmulateViewportOption
	if d.Phone {
		options = []chromedp.EmulateViewportOption{chromedp.EmulateMobile, chromedp.EmulateTouch, chromedp.EmulateScale(2), chromedp.EmulatePortrait}
	}
	agent := emulation.SetUserAgentOverrideParams{AcceptLanguage: d.Language}
	if d.Phone {
		agent.UserAgent = phoneAgent
	}
	p.Do("become another device", chromedp.EmulateViewport(d.Width, d.Height, options...),
		call(emulation.SetUserAgentOverride, agent),
		call(emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Features: d.features()}),
		call(emulation.SetLocaleOverride, emulation.SetLocaleOverrideParams{Locale: d.Language}))
}

// OnPhone reports whether the page is shown on a phone.
func (p *Page) OnPhone() bool { return p.device.Phone }

func (d Device) features() []*emulation.MediaFeature {
	scheme, motion := "light", "no-preference"
	if d.Dark {
		scheme = "dark"
	}
	if d.Still {
		motion = "reduce"
	}
	return []*emulation.MediaFeature{
		{Name: "prefers-color-scheme", Value: scheme}, {Name: "prefers-reduced-motion", Value: motion},
	}
}

// call is a command of the browser's protocol as an action.
func call[P, R any](command cdp.Command[P, R], params P) chromedp.Action[chromedp.Void] {
	return chromedp.Func(func(ctx context.Context, t *chromedp.Target) error {
		_, err := cdp.Call(ctx, t, command, params)
		return err
	})
}

// Do runs actions of chromedp, for what has no method here.
func (p *Page) Do(what string, actions ...chromedp.Action[chromedp.Void]) {
	p.t.Helper()
	ctx, end := context.WithTimeout(p.ctx, patience)
	defer end()
	if err := chromedp.Do(ctx, actions...); err != nil {
		p.fail("%s: %v", what, err)
	}
}

// fail ends the test with what the console says, and with a picture if those are wanted.
func (p *Page) fail(format string, args ...any) {
	p.t.Helper()
	if folder := os.Getenv("FRONTDESK_TEST_PICTURES"); folder != "" {
		if png, err := chromedp.Run(p.ctx, chromedp.CaptureScreenshot()); err == nil {
			_ = os.WriteFile(folder+"/"+strings.ReplaceAll(p.t.Name(), "/", "-")+".png", png, 0o600) // the test fails already
		}
	}
	p.t.Fatalf(format+"\nconsole:\n%s", append(args, strings.Join(p.Console(), "\n"))...)
}

// Before has a script run in each document that is loaded from now on, before any of its own.
func (p *Page) Before(script string) {
	p.t.Helper()
	p.Do("add a script", call(page.AddScriptToEvaluateOnNewDocument, page.AddScriptToEvaluateOnNewDocumentParams{Source: script}))
}

// Go opens an address and waits until it is loaded.
func (p *Page) Go(url string) {
	p.t.Helper()
	p.Do("open "+url, chromedp.Navigate(url))
}

// Reload loads the page once more.
func (p *Page) Reload() {
	p.t.Helper()
	p.Do("reload", chromedp.Reload())
}

// Close closes the tab. Nothing can be asked of it any more.
func (p *Page) Close() { p.end() }

// Type types into whatever has the focus, key by key. Keys without a letter are those of chromedp's package kb, as in
// kb.Enter; held keys are as in chromedp.ModifierShift.
func (p *Page) Type(text string, held ...chromedp.Modifier) {
	p.t.Helper()
	var keys []chromedp.Action[chromedp.Void]
	for _, r := range text {
		events := kb.Encode(r)
		// A press and its letter are one event, so that a page which takes the press for itself gets no letter.
		if len(events) == 3 {
			press := *events[1]
			press.Type, press.WindowsVirtualKeyCode = kb.KeyDown, events[0].WindowsVirtualKeyCode
			events = []*input.DispatchKeyEventParams{&press, events[2]}
		}
		for _, event := range events {
			for _, one := range held {
				event.Modifiers |= int64(one)
			}
			keys = append(keys, call(input.DispatchKeyEvent, *event))
		}
	}
	p.Do("type", keys...)
}

// Insert puts a text where the focus is at once, as an emoji keyboard does.
func (p *Page) Insert(text string) {
	p.t.Helper()
	p.Do("insert a text", call(input.InsertText, input.InsertTextParams{Text: text}))
}

// Freeze lets the page sleep, as a closed notebook does: it is not to be seen, no timer runs, and nothing is received.
func (p *Page) Freeze() {
	p.t.Helper()
	p.Do("freeze", call(emulation.SetFocusEmulationEnabled, emulation.SetFocusEmulationEnabledParams{Enabled: false}),
		call(page.SetWebLifecycleState, page.SetWebLifecycleStateParams{State: "frozen"}))
}

// Thaw wakes a page that sleeps, and shows it.
func (p *Page) Thaw() {
	p.t.Helper()
	p.Do("thaw", call(page.SetWebLifecycleState, page.SetWebLifecycleStateParams{State: "active"}),
		call(emulation.SetFocusEmulationEnabled, emulation.SetFocusEmulationEnabledParams{Enabled: true}))
}

// Picture writes what is to be seen to a file, for people.
func (p *Page) Picture(path string) {
	p.t.Helper()
	ctx, end := context.WithTimeout(p.ctx, patience)
	defer end()
	png, err := chromedp.Run(ctx, chromedp.CaptureScreenshot())
	if err == nil {
		err = os.WriteFile(path, png, 0o600)
	}
	if err != nil {
		p.fail("take a picture: %v", err)
	}
}

// Console is what was written to the console so far, each line with its kind in front, as in "warning: …". An uncaught
// exception is one of them ("exception: …"), a dialogue is another ("dialog: …"; it is dismissed), and what the browser
// itself says, of refused requests and policies, begins with "log", as in "log error: …".
func (p *Page) Console() []string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return slices.Clone(p.console)
}
