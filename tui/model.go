package tui

import (
	"context"
	"strconv"
	"time"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/colorprofile"
	"github.com/charmbracelet/x/ansi"

	"frontdesk/desk"
	"frontdesk/store"
)

// Model is the whole screen. Its children are plain structs that are drawn into rectangles.
type Model struct {
	desk   desk.Contract
	agent  string
	now    func() time.Time
	ctx    context.Context //nolint:containedctx // the program's lifetime
	cancel context.CancelFunc

	width, height int
	lay           layout
	theme         *theme
	ruler         ruler
	clock         time.Time // as of the last tick; View has no other clock
	shiftEnter    bool      // the terminal tells shift+enter from enter
	noColour      bool

	state     desk.State
	stateRead bool
	counts    store.Counts
	opening   bool      // the desk has not answered yet, and may be late
	early     []tea.Msg // keys and pastes that wait for it
	gone      bool      // the process that holds the desk has ended
	goneWhy   string

	focus    place
	views    viewsPane
	list     listPane
	thread   threadPane
	pictures pictures
	graphics graphics
	details  detailsPane
	// attendance is how the visitors on the screen are there.
	attendance attendance
	composer   composer
	filter     filterLine
	overlay    overlay
	notice     notice
	drafts     drafts
	undo       []undoStep
	queue      []desk.Waiting // what waits to be sent, oldest first

	stationery stationery
	drafted    map[store.ConversationID]bool
	// unreadByHand is the open conversation that was marked unread on purpose: keys do not mark it read again.
	unreadByHand store.ConversationID

	opener func(ctx context.Context, target string) error // of addresses and files

	changes    <-chan store.Seq
	refreshing bool // a refresh is on its way
	stale      bool // something changed since it left
	waited     int  // ticks since it left
	idle       int  // ticks since the last key or click
	quitting   bool

	canvas *canvas
}

// New returns a screen over the desk. It asks nothing before it runs.
func New(o Options) *Model {
	o = o.withDefaults()
	ctx, cancel := context.WithCancel(o.Ctx)
	m := &Model{
		desk: o.Desk, agent: o.Agent, now: o.Now, ctx: ctx, cancel: cancel,
		theme: newTheme(look{dark: true, noColour: o.NoColor, rich: true}), noColour: o.NoColor,
		focus: placeList, clock: o.Now(), canvas: &canvas{},
		drafted: map[store.ConversationID]bool{}, opening: o.Opening, opener: o.Open,
	}
	m.list = newListPane()
	m.thread = newThreadPane()
	m.composer = newComposer(m.theme)
	m.filter = newFilterLine(m.theme)
	m.drafts = newDrafts()
	return m
}

// Init asks for the first page, for news, and what the terminal is like.
func (m *Model) Init() tea.Cmd {
	return tea.Batch(
		tea.RequestBackgroundColor,
		m.refresh(),
		subscribe(m.ctx, m.desk),
		tick(m.ctx, m.now),
	)
}

// Update takes one message, and asks for the pictures and the visitors that have come into sight.
func (m *Model) Update(msg tea.Msg) (tea.Model, tea.Cmd) {
	_, cmd := m.route(msg)
	return m, m.withAttendance(m.withPictures(cmd))
}

// route gives a message to who takes it; named methods act, and commands ask the desk.
func (m *Model) route(msg tea.Msg) (tea.Model, tea.Cmd) {
	switch msg := msg.(type) {
	case tea.WindowSizeMsg:
		m.width, m.height = msg.Width, msg.Height
		return m, m.relayout()
	case tea.KeyPressMsg:
		return m, m.onKey(msg)
	case tea.PasteMsg:
		return m, m.onPaste(msg.Content)
	case tea.MouseClickMsg:
		return m, m.onClick(msg.Mouse())
	case wheelMsg:
		return m, tea.Batch(m.onWheel(msg.x, msg.y, msg.lines), flushWheel(m.ctx))
	case tea.MouseWheelMsg:
		return m, m.onWheel(msg.X, msg.Y, wheelLines(msg.Mouse()))
	case answerMsg:
		return m, m.applyAnswer(msg)
	case listMoreMsg:
		return m, m.applyListMore(msg)
	case threadMsg:
		return m, m.applyThread(msg)
	case threadMoreMsg:
		return m, m.applyThreadMore(msg)
	case repliedMsg:
		return m, m.applyReplied(msg)
	case notedMsg:
		return m, m.applyNoted(msg)
	case actedMsg:
		return m, m.applyActed(msg)
	case draftSavedMsg:
		return m, m.applyDraftSaved(msg)
	case draftsMsg:
		return m, m.applyDrafts(msg)
	case draftGoneMsg:
		return m, m.applyDraftGone(msg)
	}
	return m, m.forward(msg)
}

// forward takes what is rarer: what the terminal says of itself, ticks, and blinks for the editors.
func (m *Model) forward(msg tea.Msg) tea.Cmd {
	switch msg := msg.(type) {
	case subscribedMsg:
		return m.applySubscribed(msg)
	case changedMsg:
		return tea.Batch(m.refresh(), waitForChange(m.ctx, m.changes))
	case goneMsg:
		return m.applyGone()
	case redialMsg:
		return subscribe(m.ctx, m.desk)
	case tickMsg:
		return m.applyTick(time.Time(msg))
	case noticeOldMsg:
		m.notice.expire(msg)
	case seenMsg:
		m.list.seen(msg)
	case reactedMsg:
		return m.applyReacted(msg)
	case openedMsg:
		return m.applyOpened(msg)
	case fetchedMsg:
		return m.applyFetched(msg)
	case pictureMsg:
		return m.applyPicture(msg)
	case trailMsg:
		m.applyTrail(msg)
	case trailSavedMsg:
		return m.applyTrailSaved(msg)
	case saveDraftMsg:
		return m.saveDraftNow(msg)
	case macroDoneMsg:
		return m.applyMacroDone(msg)
	case holdTickMsg:
		return m.applyHoldTick(time.Time(msg))
	case unsentMsg:
		return m.applyUnsent(msg)
	case stationeryMsg:
		m.applyStationery(msg)
	case cannedReadyMsg:
		return m.applyCannedReady(msg)
	case savedMsg:
		return m.applySaved(msg)
	case wordsMsg:
		return m.applyWords(msg)
	case uploadTickMsg:
		return m.applyUploadTick()
	case controlledMsg:
		return m.applyControlled(msg)
	case attachedMsg:
		return m.applyAttached(msg)
	case droppedMsg:
		return m.applyDropped(msg)
	case pathsMsg:
		m.applyPaths(msg)
	case editorReadyMsg:
		return m.runEditor(msg)
	case editorDoneMsg:
		return tea.Batch(m.lostScreen(), m.applyEdited(msg))
	case tea.ResumeMsg:
		return m.lostScreen()
	case listLateMsg:
		return m.applyFilterPause(msg)
	case tea.BackgroundColorMsg:
		return m.restyle(look{msg.IsDark(), m.theme.noColour, m.theme.rich})
	case tea.ColorProfileMsg:
		restyled := m.restyle(look{m.theme.dark, m.noColour || msg.Profile <= colorprofile.ASCII, msg.Profile >= colorprofile.TrueColor})
		return tea.Batch(restyled, m.askGraphics())
	case tea.ModeReportMsg:
		known := msg.Value == ansi.ModeReset || msg.Value == ansi.ModeSet || msg.Value == ansi.ModePermanentlySet
		if msg.Mode == ansi.ModeUnicodeCore && known { // as the renderer decides, which never goes back
			m.ruler.clusters = true
			return m.relayout()
		}
	case tea.KeyboardEnhancementsMsg:
		m.shiftEnter = msg.SupportsKeyDisambiguation()
	case comingsMsg, comingMsg, presencesMsg, restedMsg, walkMsg:
		return m.applyAttendance(msg)
	case siteReadMsg:
		return m.applySiteRead(msg)
	case siteSavedMsg:
		return m.applySiteSaved(msg)
	case slowMsg:
		m.thread.slow = msg.gen == m.thread.gen && m.thread.wanted != ""
	case quitMsg:
		return m.applyQuit(msg)
	default:
		if m.heedTerminal(msg) {
			return nil
		}
		return m.forwardToEditors(msg)
	}
	return nil
}

// restyle draws everything anew in other colours.
func (m *Model) restyle(l look) tea.Cmd {
	if l == m.theme.look {
		return nil
	}
	m.theme = newTheme(l)
	m.composer.style(m.theme)
	m.filter.style(m.theme)
	return m.relayout()
}

// relayout computes every rectangle, and what depends on their widths.
func (m *Model) relayout() tea.Cmd {
	m.lay = m.arrange()
	m.composer.resize(m.lay)
	m.lay = m.arrange() // the editor's height follows its width
	m.filter.resize(m.lay.list.w)
	m.list.forget()
	m.layThread()
	m.list.show(m.listRows())
	return tea.Batch(m.fill(), m.fillThread())
}

// unreadTitle is the window's title.
func (m *Model) unreadTitle() string {
	if m.counts.Unread == 0 {
		return "frontdesk"
	}
	return "frontdesk (" + strconv.Itoa(m.counts.Unread) + " unread)"
}
