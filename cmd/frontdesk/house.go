package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"frontdesk/desk"
	"frontdesk/desk/canned"
	"frontdesk/ingest"
	"frontdesk/internal/config"
	"frontdesk/internal/control"
	"frontdesk/plugin"
	"frontdesk/plugin/browser"
	"frontdesk/store"
)

const (
	// closeTime is how long what is under way may take when the house closes.
	closeTime = 5 * time.Second
	// pluginTime is how long the plugin may take to close once its requests have ended.
	pluginTime = time.Second
)

// plan is how a house is to be built.
type plan struct {
	settings config.Settings
	logger   *slog.Logger

	// listen is the address to listen on; empty is that of the settings.
	listen string
	// private leaves the control socket away: nobody else shall use this desk.
	private bool

	// For the demo.
	demo  bool
	pages []plugin.Page    // Pages that the plugin's platform plays
	now   func() time.Time // the platform's clock
}

// house is everything that runs in the process that holds the data: stores, desk, control socket, plugin, listener.
type house struct {
	stores *stores
	site   site
	desk   *desk.Desk
	plugin *plugin.Server
	base   string // address of the listener

	logger  *slog.Logger
	http    *http.Server
	webhook atomic.Pointer[ingest.Handler] // nil until it is there
	control *control.Server

	watching *http.Server // shows the metrics; nil where nobody asked for them
	watched  string       // their address

	ctx     context.Context //nolint:containedctx // the house's lifetime
	cancel  context.CancelFunc
	running sync.WaitGroup
	failed  chan error // the first part that ended by itself
	once    sync.Once
	closed  error
}

// buildHouse puts the house together on open stores and starts it; from then on the stores are the house's to close.
// The control socket is ready before the port is. Nothing here waits for the network.
func buildHouse(ctx context.Context, st *stores, p plan) (*house, error) {
	h := &house{stores: st, logger: p.logger, failed: make(chan error, 8)}
	running, cancel := context.WithCancel(context.WithoutCancel(ctx))
	h.ctx, h.cancel = running, cancel
	if err := h.build(running, p); err != nil {
		return nil, errors.Join(err, h.Close())
	}
	return h, nil
}

func (h *house) build(ctx context.Context, p plan) (err error) {
	if h.site, err = ourSite(ctx, p.settings, h.stores.Desk); err != nil {
		return err
	}
	ours := newOwnPlatform()
	inboxes, err := inboxesOf(p, h.site, ours)
	if err != nil {
		return err
	}
	folder := mediaFolder(p.settings, h.stores)
	gatherer := newGatherer(p, h.stores, folder, ours)
	attendant := newAttendant(h.site, ours, h.logger)
	if h.desk, err = desk.New(desk.Options{
		Log: h.log(), Views: h.stores.Views, Feed: h.stores.feed, Drafts: h.stores.Desk,
		Canned: canned.NewShelf(p.settings.Canned, nil), Uses: h.stores.Desk,
		Media: folder, Gather: gatherer, Attend: attendant, Sites: newSiteKeeper(p.settings, h.site, ours),
		Hold: p.settings.UndoSend, NoSenderActions: !p.settings.Typing,
		Poke: h.stores.projector.Poke, Inboxes: inboxes, PluginSender: ours.sender(h.site.id),
		Logger: h.logger, Watch: h.stores.metrics, Version: version(), DataDir: p.settings.DataDir, Demo: p.demo,
		Listening: func() (string, error) { return ours.address(), nil },
		Counters:  h.counters, Trouble: h.trouble, AppID: p.settings.AppID,
	}); err != nil {
		return err
	}
	h.desk.Hurry(hurry.pauses)
	if !p.private {
		if err := h.openSocket(p.settings); err != nil {
			return err
		}
	}
	ln, err := listen(either(p.listen, p.settings.Listen), config.KeyListen, "127.0.0.1:8090")
	if err != nil {
		return err
	}
	h.base = baseAddress(ln.Addr())
	pages := append(h.platformPages(p), p.pages...)
	if err := errors.Join(h.open(ctx, ln, p, pages), ours.connect(h.base, pages)); err != nil {
		return errors.Join(err, ln.Close())
	}
	if err := h.openMetrics(p); err != nil {
		return errors.Join(err, ln.Close())
	}
	h.startUntilClosed("projector", h.stores.watch)
	h.startUntilClosed("sweeper", store.NewSweeper(
		store.PokedLog{Log: h.stores.Log, Projector: h.stores.projector}, h.stores.Views, h.stores.feed, ingest.Redact, h.logger,
	).Run)
	h.start("listener", func() error { return h.http.Serve(ln) })
	h.start("chat plugin", func() error { return h.plugin.Run(ctx) })
	h.start("desk", func() error { return h.desk.Run(ctx) })
	if !p.private { // a command that is gone in a second would only begin
		h.startUntilClosed("files", gatherer.Run)
		h.startUntilClosed("presence", attendant.Run)
	}
	return nil
}

// log is the log, as those who append to it see it.
func (h *house) log() store.Log { return watchedLog{Log: h.stores.Log, metrics: h.stores.metrics} }

// counters are the webhook's answers by outcome, those that were never given left out.
func (h *house) counters() []desk.Counter {
	webhook := h.webhook.Load()
	if webhook == nil {
		return nil
	}
	var out []desk.Counter
	for outcome, n := range webhook.Counters() {
		if n > 0 {
			out = append(out, desk.Counter{Name: string(outcome), N: n})
		}
	}
	slices.SortFunc(out, func(a, b desk.Counter) int { return strings.Compare(a.Name, b.Name) })
	return out
}

// platformPages are the pages of the plugin's platform that are always there.
func (h *house) platformPages(p plan) []plugin.Page {
	name := p.settings.PluginName
	if p.demo {
		name = demoShop
	}
	return []plugin.Page{{
		ID: h.site.id, Name: name, Token: h.site.token, AppSecret: h.site.appSecret, AppID: p.settings.AppID,
		Domains: p.settings.PluginDomains, IdentitySecret: p.settings.PluginIdentitySecret.Reveal(), GuestSession: p.settings.PluginGuestSessions,
	}}
}

// open makes what answers behind the listener: the webhook, the plugin's platform, and the sign of life.
func (h *house) open(ctx context.Context, ln net.Listener, p plan, pages []plugin.Page) (err error) {
	var subscribers []plugin.Subscriber
	for _, page := range pages {
		// The name stays when the port changes, so that what waits for us is still ours after a move.
		subscribers = append(subscribers, plugin.Subscriber{Page: page.ID, URL: h.base + "/webhook", Name: "frontdesk"})
	}
	if h.plugin, err = plugin.Open(plugin.Options{
		Path: pluginFile(p.settings), Pages: pages, Subscribers: subscribers, Now: p.now, Logger: h.logger,
		URL: h.base, Loopback: onLoopback(ln.Addr()), TrustedProxies: p.settings.PluginTrustedProxies, LoopbackPages: p.demo,
		CountryHeader: p.settings.PluginCountryHeader, Apps: furtherApps(p.settings, h.site),
	}); err != nil {
		return err
	}
	webhook, err := ingest.New(ingest.Options{
		Log: h.log(), Secrets: secretsOf(p, h.site), VerifyToken: p.settings.VerifyToken.Reveal(),
		Logger: h.logger, Poke: h.stores.projector.Poke,
		Answered: func(a ingest.Answer) { h.stores.metrics.WebhookAnswered(string(a.Outcome), a.Status, a.Took) },
	})
	if err != nil {
		return err
	}
	h.webhook.Store(webhook)
	browsers, err := browser.New(browser.Options{Site: browserSite{h.plugin}, Loopback: onLoopback(ln.Addr())})
	if err != nil {
		return err
	}
	mux := http.NewServeMux()
	mux.Handle("/webhook", webhook)
	mux.Handle("/healthz", ingest.Health(h.health))
	mux.Handle("/", h.plugin)
	browsers.Routes(mux, h.plugin)
	h.http = &http.Server{
		Handler:  mux,
		ErrorLog: slog.NewLogLogger(h.logger.Handler(), slog.LevelWarn),
		BaseContext: func(net.Listener) context.Context {
			return context.WithoutCancel(ctx) // requests in flight end by themselves
		},
	}
	ingest.Timeouts(h.http)
	h.http.RegisterOnShutdown(h.plugin.EndLines) // else it waits for visitors to go
	h.logger.Info("listening", logAddress, ln.Addr().String())
	return nil
}

// furtherApps are the programs that work with our site beside frontdesk.
func furtherApps(s config.Settings, site site) []plugin.App {
	var apps []plugin.App
	for _, a := range s.PluginApps {
		apps = append(apps, plugin.App{ID: a.ID, Secret: a.Secret.Reveal(), Tokens: map[string]string{site.id: a.Token.Reveal()}})
	}
	return apps
}

// onLoopback reports whether only this machine reaches what listens on addr.
func onLoopback(addr net.Addr) bool {
	tcp, ok := addr.(*net.TCPAddr)
	return ok && tcp.IP.IsLoopback()
}

// openSocket lets other processes in.
func (h *house) openSocket(s config.Settings) error {
	ln, err := control.Listen(socketPath(s))
	if err != nil {
		return err
	}
	h.control = control.NewServer(h.desk, h.logger)
	h.start("control socket", func() error { return h.control.Serve(ln) })
	return nil
}

// start runs a part of the house until Close. Its ending before that is an error of the house.
func (h *house) start(what string, part func() error) {
	h.running.Go(func() {
		err := guarded(what, h.logger, part)
		if err != nil && !errors.Is(err, http.ErrServerClosed) {
			h.logger.Error("a part of frontdesk ended", logWhat, what, logError, err)
			select {
			case h.failed <- fmt.Errorf("%s: %w", what, err):
			default: // enough others have failed
			}
		}
	})
}

// startUntilClosed is start for what ends with the house's context.
func (h *house) startUntilClosed(what string, part func(context.Context) error) {
	h.start(what, func() error { return part(h.ctx) })
}

// Close ends the house: no more requests are taken, those in flight end, what was read is kept, within closeTime.
func (h *house) Close() error {
	h.once.Do(func() { h.closed = h.close() })
	return h.closed
}

func (h *house) close() error {
	ctx, cancel := context.WithTimeout(context.Background(), closeTime)
	defer cancel()
	var (
		wg   sync.WaitGroup
		mu   sync.Mutex
		errs []error
	)
	end := func(part func() error) {
		wg.Go(func() {
			err := part()
			mu.Lock()
			defer mu.Unlock()
			errs = append(errs, err)
		})
	}
	if h.control != nil {
		end(func() error { return h.control.Close(ctx) })
	}
	h.cancel()
	if h.watching != nil {
		end(h.watching.Close) // a profile on its way is not worth waiting for
	}
	end(func() error { return h.closeListener(ctx) })
	if h.desk != nil {
		end(h.desk.Close)
	}
	wg.Wait()
	h.running.Wait()
	errs = append(errs, h.stores.Close())
	return errors.Join(errs...)
}

// closeListener takes no more requests, lets those in flight end, and then closes the plugin, which answers some of them.
func (h *house) closeListener(ctx context.Context) error {
	var errs []error
	if h.http != nil {
		if err := h.http.Shutdown(ctx); err != nil {
			errs = append(errs, fmt.Errorf("requests in flight did not end: %w", err), h.http.Close())
		}
	}
	if h.plugin != nil {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), pluginTime)
		defer cancel()
		errs = append(errs, h.plugin.Close(ctx))
	}
	return errors.Join(errs...)
}
