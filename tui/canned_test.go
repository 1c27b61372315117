package tui_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/charmbracelet/x/exp/golden"

	"frontdesk/desk"
	"frontdesk/store"
)

// shop are the canned responses of the tests.
var shop = map[string]string{
	"shipping.txt": "title: Shipping to Scandinavia\nlabel: orders\n\n" +
		"We ship to all of Scandinavia, {{contact.first_name|dear customer}}. It takes two days.\n",
	"sorry.txt": "Sorry for the wait, {{contact.first_name|there}}.\n",
	"order.txt": "title: Your order is on its way\nbutton: url Track it = https://lumen.example/track?order={{?Order number}}\n\n" +
		"Good news: order {{?Order number}} left our workshop {{?When|this morning}}.\n",
	"day.txt":    "title: Which day\nquick reply: Thursday\nquick reply: Friday\n\nWhich day suits you?\n",
	"manual.txt": "title: The manual\nfile: https://lumen.example/files/manual.pdf\n\nHere is the manual.\n",
	"page.txt":   "title: Back to the page\n\nYou came from {{page}}.\n",
	"broken.txt": "title: Broken\nbutton: url Far too long a title for any button = https://lumen.example\n\nText\n",
}

// TestCannedResponseInFourKeys counts every key that is no letter of the shortcode, from the list.
func TestCannedResponseInFourKeys(t *testing.T) {
	t.Parallel()
	story(t, worldOptions{canned: shop}, screenOptions{}, func(w *world, s *terminal) {
		keys := 0
		press := func(action string) {
			keys++
			s.press(action)
		}
		press("reply")
		press("canned")
		s.typed("shipping")
		s.expect("Shipping to Scandinavia", "We ship to all of Scandinavia, Mara.")
		press("menu-choose")
		s.expect("We ship to all of Scandinavia, Mara. It takes two days.", "55 / 2000")
		press("send")
		if keys > 4 {
			t.Errorf("it took %d keys", keys)
		}
		if got := w.newest(mara); got.Text != "We ship to all of Scandinavia, Mara. It takes two days." || !got.State.Sent() {
			t.Errorf("the desk has %+v", got)
		}
		lib, err := w.desk.Canned(w.t.Context())
		w.check(err)
		if r, _ := lib.Response("shipping"); r.Uses != 1 {
			t.Errorf("shipping was used %d times", r.Uses)
		}
		s.press("canned")
		s.expect("shipping  Shipping to Scandinavia", "1×")
	})
}

func TestSeveralCannedResponsesGoIntoOneReply(t *testing.T) {
	t.Parallel()
	story(t, worldOptions{canned: shop}, screenOptions{}, func(w *world, s *terminal) {
		s.press("reply", "canned")
		s.typed("sorry")
		s.press("menu-choose", "newline")
		s.typed("/")
		s.expect("Canned responses")
		s.typed("day")
		s.expect("( Thursday ) ( Friday )")
		s.press("menu-choose")
		s.expect("Quick replies", "Which day suits you?")
		s.press("send-now")
		got := w.newest(mara)
		if got.Text != "Sorry for the wait, Mara.\nWhich day suits you?" || len(got.QuickReplies) != 2 {
			t.Errorf("the desk has %q with %d quick replies", got.Text, len(got.QuickReplies))
		}
		lib, err := w.desk.Canned(w.t.Context())
		w.check(err)
		for _, code := range []string{"sorry", "day"} {
			if r, _ := lib.Response(code); r.Uses != 1 {
				t.Errorf("%s was used %d times", code, r.Uses)
			}
		}
	})
}

func TestBlanksAreAskedOneByOne(t *testing.T) {
	t.Parallel()
	story(t, worldOptions{canned: shop}, screenOptions{}, func(w *world, s *terminal) {
		s.press("reply")
		s.typed("Hello! ")
		s.press("canned")
		s.typed("order")
		s.expect("Good news: order ‹Order number› left", "‹this morning›", "You will be asked for: Order number, When", "Track it ↗")
		s.press("menu-choose")
		s.expect("Order number (1 of 2)")
		s.press("line-take")
		s.expect("Without an answer nothing can be inserted.")
		s.typed("4711/b")
		s.press("line-take")
		s.expect("When (2 of 2)", "this morning")
		s.press("line-before")
		s.expect("Order number (1 of 2)", "4711/b")
		s.press("line-take", "line-close")
		s.expect("6 / 2000", "Hello!")
		s.refuse("Good news")
		s.press("canned")
		s.typed("order")
		s.press("menu-choose")
		s.typed("4711/b")
		s.press("line-take", "line-take")
		s.expect("Hello! Good news: order 4711/b left our")
		s.press("keep-draft")
		if d := w.draft(mara); len(d.Buttons) != 1 || d.Buttons[0].URL != "https://lumen.example/track?order=4711%2Fb" || d.Chosen() != desk.ModeButtons {
			t.Errorf("the draft is %+v", d)
		}
	})
}

func TestCannedPickerSaysWhatIsWrong(t *testing.T) {
	t.Parallel()
	story(t, worldOptions{canned: shop}, screenOptions{}, func(w *world, s *terminal) {
		s.press("open", "reply", "canned")
		s.press("menu-up")
		s.expect("✗ broken.txt line 2: ", "at most 20 allowed")
		s.press("menu-choose")
		s.expect("It can be used once its file is mended.")
		s.press("menu-close", "keep-draft", "back", "down", "reply", "canned")
		s.typed("page")
		s.press("menu-choose")
		s.expect("Page is not known here: write it yourself", "Canned responses")
		s.press("menu-close")
		s.expect("0 / 2000")
		w.file("broken.txt", "Mended.\n")
		s.press("canned")
		s.typed("broken")
		s.expect("broken  Mended.")
		s.refuse("✗ broken.txt")
	})
}

func TestSlashIsATextToo(t *testing.T) {
	t.Parallel()
	story(t, worldOptions{canned: shop}, screenOptions{}, func(_ *world, s *terminal) {
		s.press("reply")
		s.typed("/")
		s.expect("Canned responses")
		s.press("menu-close")
		s.expect("0 / 2000")
		s.typed("//")
		s.refuse("Canned responses")
		s.expect("1 / 2000")
		s.typed("home/ana")
		s.refuse("Canned responses")
		s.expect("9 / 2000")
	})
}

func TestReplyIsSavedAsCannedResponse(t *testing.T) {
	t.Parallel()
	story(t, worldOptions{canned: shop}, screenOptions{}, func(w *world, s *terminal) {
		s.press("reply", "save-canned")
		s.expect("There is nothing to save yet.")
		s.typed("Are you coming, {{contact.first_name|dear guest}}?")
		s.press("mode", "send")
		s.typed("Yes")
		s.press("field-enter")
		s.typed("No")
		s.press("save-canned")
		s.expect("Its shortcode: lower-case letters")
		s.typed("Not a code")
		s.press("line-take")
		s.expect("✗ It can't be kept")
		for range len("Not a code") {
			s.p.Send(keyMsg("backspace"))
		}
		s.typed("day")
		s.expect("Taken: day is “Which day”.")
		s.press("line-take")
		s.expect("day is taken. enter once more writes over it.")
		s.typed("2")
		s.press("line-take")
		s.expect("Saved as day2.")
		text, err := os.ReadFile(filepath.Join(w.folder, "day2.txt"))
		w.check(err)
		want := "quick: Yes\nquick: No\n\nAre you coming, {{contact.first_name|dear guest}}?\n"
		if got := string(text); !strings.Contains(got, "Are you coming, {{contact.first_name|dear guest}}?") || !strings.Contains(got, "Yes") {
			t.Errorf("the file is %q, want %q", got, want)
		}
		s.press("canned")
		s.typed("day2")
		s.expect("Are you coming, Mara?")
		if w.newestOrNone(mara) {
			t.Error("saving sent something")
		}
	})
}

// newestOrNone reports whether an agent wrote anything to a contact.
func (w *world) newestOrNone(c store.Contact) bool {
	w.t.Helper()
	return len(w.replies(c)) > 0
}

func TestCannedFrames(t *testing.T) {
	t.Parallel()
	tell := map[string]func(s *terminal){
		"picker": func(s *terminal) { s.press("canned") },
		"search": func(s *terminal) { s.press("canned"); s.typed("ord") },
		"blank":  func(s *terminal) { s.press("canned"); s.typed("ord"); s.press("menu-choose"); s.typed("4711") },
		"saving": func(s *terminal) { s.typed("We are open until six."); s.press("save-canned"); s.typed("sorry") },
	}
	looks := append(sizes(60, 20, 80, 24, 120, 40, 200, 60), screenOptions{w: 120, h: 40, light: true}, screenOptions{w: 80, h: 24, noColor: true})
	for name, do := range tell {
		for _, so := range looks {
			look := map[bool]string{true: "-light"}[so.light] + map[bool]string{true: "-nocolor"}[so.noColor]
			t.Run(fmt.Sprintf("%s%s-%dx%d", name, look, so.w, so.h), func(t *testing.T) {
				t.Parallel()
				story(t, worldOptions{canned: shop}, so, func(_ *world, s *terminal) {
					s.press("reply")
					do(s)
					s.widths()
					golden.RequireEqual(s.t, s.frame())
				})
			})
		}
	}
}

func TestCannedResponseBringsAFileOfTheFolder(t *testing.T) {
	t.Parallel()
	files := map[string]string{"guide.txt": "file: files/guide.pdf\n\nHere it is.\n", "files/guide.pdf": "%PDF-1.7\n%a guide\n"}
	story(t, worldOptions{canned: files}, screenOptions{}, func(w *world, s *terminal) {
		s.press("reply", "canned")
		s.typed("guide")
		s.press("menu-choose")
		s.expect("Here it is.", "▤ guide.pdf · file · application/pdf · 18 B")
		s.press("save-canned")
		s.typed("mine")
		s.press("line-take")
		s.expect("Saved as mine. The file is /")
		text, err := os.ReadFile(filepath.Join(w.folder, "mine.txt"))
		w.check(err)
		if want := "file: files/guide.pdf\n\nHere it is.\n"; string(text) != want {
			t.Errorf("the file is %q, want %q", text, want)
		}
		s.press("send")
		if got := w.replies(mara); len(got) != 2 {
			t.Errorf("the replies are %v", got)
		}
		w.check(os.Remove(filepath.Join(w.folder, "files", "guide.pdf")))
		s.press("canned")
		s.typed("mine")
		s.press("menu-choose")
		s.refuse("1 / 2000")
		s.expect("0 / 2000")
	})
}

// TestCannedResponseIsSetOffFromWhatStandsThere inserts behind and before words, and between brackets.
func TestCannedResponseIsSetOffFromWhatStandsThere(t *testing.T) {
	t.Parallel()
	responses := map[string]string{
		"hours.txt": "Open until six.\n",
		"both.txt":  "Open until six.\nClosed on Sundays.\n",
		"kanji.txt": "六時まで開いています。\n",
	}
	for name, c := range map[string]struct {
		before, after, insert, want string
	}{
		"nothing":             {insert: "hours", want: "Open until six."},
		"a sentence":          {before: "To all of Europe.", insert: "hours", want: "To all of Europe. Open until six."},
		"a space":             {before: "Hello! ", insert: "hours", want: "Hello! Open until six."},
		"a bracket":           {before: "See you (", insert: "hours", want: "See you (Open until six."},
		"an opening quote":    {before: "It says “", insert: "hours", want: "It says “Open until six."},
		"a plain quote":       {before: "It says \"", insert: "hours", want: "It says \"Open until six."},
		"a closed quote":      {before: "It says \"yes\"", insert: "hours", want: "It says \"yes\" Open until six."},
		"several lines":       {before: "Hello!", insert: "both", want: "Hello!\nOpen until six.\nClosed on Sundays."},
		"no spaces":           {before: "こんにちは。", insert: "kanji", want: "こんにちは。六時まで開いています。"},
		"before words":        {after: "See you", insert: "hours", want: "Open until six. See you"},
		"lines before words":  {after: "See you", insert: "both", want: "Open until six.\nClosed on Sundays.\nSee you"},
		"before a full stop":  {after: ".", insert: "hours", want: "Open until six.."},
		"between two":         {before: "Hello.", after: "See you", insert: "hours", want: "Hello. Open until six. See you"},
		"between two, spaced": {before: "Hello. ", after: " See you", insert: "hours", want: "Hello. Open until six. See you"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			story(t, worldOptions{canned: responses}, screenOptions{}, func(w *world, s *terminal) {
				s.press("reply")
				s.typed(c.before + c.after)
				for range []rune(c.after) {
					s.p.Send(keyMsg("left"))
				}
				s.settle()
				s.press("canned")
				s.typed(c.insert)
				s.press("menu-choose", "keep-draft")
				if got := w.draft(mara).Text; got != c.want {
					t.Errorf("the draft is %q, want %q", got, c.want)
				}
			})
		})
	}
}

func TestCannedResponseTwiceHasItsQuickRepliesOnce(t *testing.T) {
	t.Parallel()
	story(t, worldOptions{canned: shop}, screenOptions{}, func(w *world, s *terminal) {
		s.press("reply")
		for range 2 {
			s.press("canned")
			s.typed("day")
			s.press("menu-choose")
		}
		s.press("keep-draft")
		if d := w.draft(mara); d.Text != "Which day suits you? Which day suits you?" || len(d.QuickReplies) != 2 {
			t.Errorf("the draft is %q with %d quick replies", d.Text, len(d.QuickReplies))
		}
	})
}
