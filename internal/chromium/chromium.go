// Package chromium gives tests a real browser: the machine's Chromium, without a window. A test that has none skips with
// a sentence, or fails where nothing may be missing (FRONTDESK_TEST_ALL=1).
//
// A test starts one Browser, opens a Page in it, and asks that page. Everything waits, for a minute, until it can be done,
// and fails the test with a sentence and the console if it can't; so a test has neither sleeps nor errors to look at. With
// FRONTDESK_TEST_PICTURES=folder the page is also pictured when a test fails on it. Names that end in .example lead to
// 127.0.0.1, certificates are believed, and no other machine is reached.
package chromium

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
)

// patience is how long a browser may take for whatever a test waits for: these machines are shared.
const patience = 60 * time.Second

// places are for the browsers that a process has at a time: two are as many as a small machine carries. Who has waited for
// one as long as patientFor goes on without: a test may hold a place while its parts wait for the very tests that wait here.
var places = make(chan struct{}, 2)

const patientFor = 10 * time.Second

// Browser is one process of Chromium. Start makes one; it ends with the test.
type Browser struct{ ctx context.Context } //nolint:containedctx // how chromedp names a browser

// Path is the program to be started; empty where there is none.
func Path() string {
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome", "chrome"} {
		if path, err := exec.LookPath(name); err == nil {
			return path
		}
	}
	return ""
}

// Start starts a browser, or skips the test where there is none. A test starts one at most; who needs two that share
// nothing takes two profiles.
func Start(t *testing.T) *Browser {
	t.Helper()
	path := Path()
	if path == "" {
		const why = "this needs Chromium, which is not installed (Debian: apt-get install chromium)"
		if os.Getenv("FRONTDESK_TEST_ALL") == "1" {
			t.Fatal(why)
		}
		t.Skip(why)
	}
	folder, err := os.MkdirTemp("", "frontdesk-chromium-")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { removeSoon(t, folder) })
	select {
	case places <- struct{}{}:
		t.Cleanup(func() { <-places })
	case <-time.After(patientFor):
	}
	allocated, endAllocation := chromedp.NewExecAllocator(context.Background(), options(path, folder)...)
	t.Cleanup(endAllocation)
	ctx, end := chromedp.NewContext(allocated)
	t.Cleanup(func() {
		ending, done := context.WithTimeout(ctx, 10*time.Second)
		defer done()
		if err := chromedp.Cancel(ending); err != nil && !errors.Is(err, context.Canceled) {
			t.Logf("end the browser: %v", err)
		}
		end()
	})
	if err := chromedp.Do(ctx); err != nil {
		t.Fatalf("start %s: %v", path, err)
	}
	return &Browser{ctx: ctx}
}

// options are how the program is started. Frames of other sites share their page's process, so that a test reaches them
// like any other.
func options(path, folder string) []chromedp.ExecAllocatorOption {
	o := append(chromedp.DefaultExecAllocatorOptions[:],
		chromedp.ExecPath(path),
		chromedp.UserDataDir(folder),
		chromedp.WSURLReadTimeout(patience),
		chromedp.DisableGPU,
		chromedp.Flag("disable-quic", true),
		chromedp.Flag("disable-component-update", true),
		chromedp.Flag("disable-features", "Translate,MediaRouter,OptimizationHints,IsolateOrigins,site-per-process"),
		chromedp.Flag("disable-site-isolation-trials", true),
		chromedp.Flag("host-resolver-rules", "MAP *.example 127.0.0.1, MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost"),
		chromedp.Flag("ignore-certificate-errors", true),
		chromedp.Flag("mute-audio", true),
		chromedp.Flag("use-fake-device-for-media-stream", true),
		chromedp.Flag("use-fake-ui-for-media-stream", true),
	)
	if os.Getuid() == 0 {
		o = append(o, chromedp.NoSandbox) // Chromium refuses to be root in its sandbox
	}
	return o
}

// removeSoon removes a folder into which a process that is ending may still write.
func removeSoon(t *testing.T, folder string) {
	t.Helper()
	var err error
	for range 40 {
		if err = os.RemoveAll(folder); err == nil {
			return
		}
		time.Sleep(50 * time.Millisecond)
	}
	t.Logf("remove the browser's folder: %v", err)
}
