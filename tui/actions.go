package tui

import (
	"slices"

	tea "charm.land/bubbletea/v2"
)

var (
	onPanes  = []place{placeViews, placeList, placeThread, placeDetails}
	onTalk   = []place{placeList, placeThread, placeDetails}
	onReply  = []place{placeList, placeThread, placeDetails, placeSelect}
	onScroll = []place{placeEvidence, placeViews, placeList, placeThread, placeDetails, placeHelp, placeQueue}
)

// actions is the table: every key there is.
func actions() []action {
	all := moveActions()
	all = append(all, talkActions()...)
	all = append(all, macroActions()...)
	all = append(all, labelActions()...)
	all = append(all, queueActions()...)
	all = append(all, selectActions()...)
	all = append(all, evidenceActions()...)
	all = append(all, lineActions()...)
	all = append(all, siteActions()...)
	all = append(all, lookActions()...)
	compose := composeActions()
	kind := slices.IndexFunc(compose, func(a action) bool { return a.id == "mode" })
	all = append(all, slices.Insert(compose, kind+1, cannedActions()...)...)
	all = append(all, editActions()...)
	return all
}

func moveActions() []action {
	by := func(f func(m *Model) int) func(m *Model) tea.Cmd {
		return func(m *Model) tea.Cmd { return m.move(f(m)) }
	}
	return []action{
		{id: "down", keys: []string{"j", "down"}, about: "one down", in: onScroll, run: by(func(*Model) int { return 1 })},
		{id: "up", keys: []string{"k", "up"}, about: "one up", in: onScroll, run: by(func(*Model) int { return -1 })},
		{id: "half-down", keys: []string{"ctrl+d"}, about: "half a page down", in: onScroll, run: by(func(m *Model) int { return max(m.page()/2, 1) })},
		{id: "half-up", keys: []string{"ctrl+u"}, about: "half a page up", in: onScroll, run: by(func(m *Model) int { return -max(m.page()/2, 1) })},
		{id: "page-down", keys: []string{"pgdown", "space"}, about: "a page down", in: onScroll, run: by((*Model).page)},
		{id: "page-up", keys: []string{"pgup"}, about: "a page up", in: onScroll, run: by(func(m *Model) int { return -m.page() })},
		{id: "first", keys: []string{"g", "home"}, about: "to the start", in: onScroll, run: (*Model).toStart},
		{id: "last", keys: []string{"G", "end"}, about: "to the end", in: onScroll, run: (*Model).toEnd},
		{id: "first-new", keys: []string{"b"}, about: "to the first new message", in: []place{placeThread, placeSelect}, not: nothingNew, run: (*Model).threadToNew},
		{id: "open", keys: []string{"enter", "l", "right"}, about: "open: the conversation, or what stands under the cursor", hint: "open", in: []place{placeList}, not: noConversation, run: (*Model).open},
		{id: "choose", keys: []string{"enter", "l", "right"}, about: "show this view, origin or ref", hint: "choose", in: []place{placeViews}, run: (*Model).chooseView},
		{id: "back", keys: []string{"esc", "h", "left"}, about: "back to the list", hint: "back", in: []place{placeThread, placeDetails}, run: (*Model).back},
		{id: "views-back", keys: []string{"esc"}, about: "back to the list", hint: "back", in: []place{placeViews}, run: (*Model).back},
		{id: "clear", keys: []string{"esc"}, about: "clear the filter", hint: "clear filter", in: []place{placeList}, not: noFilter, run: (*Model).clearFilter},
		{id: "next-pane", keys: []string{"tab"}, about: "next pane", in: onPanes, run: func(m *Model) tea.Cmd { return m.cycle(1) }},
		{id: "previous-pane", keys: []string{"shift+tab"}, about: "pane before", in: onPanes, run: func(m *Model) tea.Cmd { return m.cycle(-1) }},
		{id: "next", keys: []string{"n"}, about: "open the next conversation", in: []place{placeThread}, not: noNext, run: func(m *Model) tea.Cmd { return m.step(1) }},
		{id: "previous", keys: []string{"p"}, about: "open the one before", in: []place{placeThread}, not: noPrevious, run: func(m *Model) tea.Cmd { return m.step(-1) }},
	}
}

func talkActions() []action {
	return []action{
		{id: "reply", keys: []string{"r"}, about: "write a reply", hint: "reply", in: onTalk, not: cannotReply, run: (*Model).startReply},
		{id: "open-reply", keys: []string{"enter"}, about: "write a reply", in: []place{placeThread}, not: cannotReply, run: (*Model).startReply},
		{id: "note", keys: []string{"N"}, about: "write a private note", in: onTalk, not: cannotReply, run: (*Model).startNote},
		{id: "control", keys: []string{"C"}, about: "who answers: take the conversation from another app, pass it on, release it", in: onTalk, not: noControl, run: (*Model).showControl},
		{id: "resolve", keys: []string{"e"}, about: "resolve the conversation, or open it again", hint: "resolve", in: onTalk, not: noConversation, run: (*Model).resolve},
		{id: "snooze", keys: []string{"z"}, about: "put it away until later", hint: "snooze", in: onTalk, not: noConversation, run: (*Model).askSnooze},
		{id: "assign", keys: []string{"a"}, about: "take the conversation, or give it back", in: onTalk, not: noConversation, run: (*Model).assign},
		{id: "unread", keys: []string{"m"}, about: "mark unread", in: onTalk, not: cannotUnread, run: (*Model).markUnread},
		{id: "read", keys: []string{"M"}, about: "mark read", in: onTalk, not: cannotRead, run: (*Model).markRead},
		{id: "undo", keys: []string{"u"}, about: "undo what you did last", hint: "undo", in: onPanes, not: noUndo, run: (*Model).takeBack},
		{id: "again", keys: []string{"R"}, about: "send a reply again that failed or whose fate is unknown", hint: "send again", in: onReply, not: nothingToSendAgain, run: (*Model).sendAgain},
		{id: "arrived", keys: []string{"A"}, about: "say that a reply of unknown fate did arrive", hint: "it arrived", in: onReply, not: nothingUnknown, run: (*Model).itArrived},
		{id: "drop", keys: []string{"X"}, about: "do not send a reply that waits", in: onReply, not: nothingToDrop, run: (*Model).dropReply},
	}
}

func lookActions() []action {
	all := []action{
		{id: "filter", keys: []string{"f", "/"}, about: "filter the list: words of a name, origin:, ref:, is:, status:", hint: "filter", in: onPanes, run: (*Model).editFilter},
		{id: "views", keys: []string{"v"}, about: "views, origins and refs", in: []place{placeList, placeThread, placeDetails}, run: (*Model).showViews},
		{id: "details", keys: []string{"i"}, about: "details of the conversation: arrivals, window, ids", hint: "details", in: onPanes, not: noConversation, run: (*Model).toggleDetails},
		{id: "copy", keys: []string{"y", "enter"}, about: "copy the marked line to the clipboard", hint: "copy", in: []place{placeDetails}, not: noCopy, run: (*Model).copyDetail},
		{id: "open-page", keys: []string{"o"}, about: "open the page that the visitor is on or came from; in the details, the marked one", in: []place{placeThread, placeDetails}, not: noPageToOpen, run: (*Model).openPage},
		{id: "try-out", keys: []string{"T"}, about: "be a customer yourself: open the try-out page in the browser", in: onPanes, not: noTryOut, run: (*Model).openTryOut},
		{id: "reload", keys: []string{"ctrl+r"}, about: "read everything again", in: onPanes, run: (*Model).reload},
		{id: "diagnostics", keys: []string{"D"}, about: "how frontdesk is: listener, inboxes, what is not understood", in: onPanes, run: (*Model).showDiagnostics},
		{id: "palette", keys: []string{":", "ctrl+p"}, about: "find something to do by name", in: onPanes, run: (*Model).showPalette},
		{id: "help", keys: []string{"?"}, about: "these keys", hint: "help", in: append(onPanes[:len(onPanes):len(onPanes)], placeSelect), run: (*Model).showHelp},
		{id: "help-reply", keys: []string{"f1"}, about: "these keys", hint: "help", in: onCompose, run: (*Model).showHelp},
		{id: "close-help", keys: []string{"esc", "?", "q"}, about: "close", hint: "close", in: []place{placeHelp}, run: (*Model).closeOverlay},
		{id: "quit", keys: []string{"q"}, about: "quit", hint: "quit", in: onPanes, run: (*Model).askQuit},
		{id: "leave", keys: []string{"ctrl+c"}, about: "quit from anywhere", in: []place{placeSelect, placeEvidence, placeSave, placeViews, placeList, placeThread, placeReply, placeForm, placeDetails, placeFilter, placeMenu, placeHelp, placePrompt, placeQueue, placeLine, placeSite}, run: (*Model).askQuit},
		{id: "leave-now", keys: []string{"ctrl+c"}, about: "quit at once", in: []place{placeAsk}, run: (*Model).quit},
	}
	for i, v := range viewTable {
		n := i
		all = append(all, action{
			id: "view-" + v.id, keys: []string{v.key}, about: "view " + v.name, in: onPanes,
			run: func(m *Model) tea.Cmd { return m.showView(n) },
		})
	}
	return all
}

func editActions() []action {
	return []action{
		{id: "filter-keep", keys: []string{"enter"}, about: "keep the filter", hint: "keep", in: []place{placeFilter}, run: (*Model).keepFilter},
		{id: "filter-drop", keys: []string{"esc"}, about: "back to the filter before", hint: "back", in: []place{placeFilter}, run: (*Model).dropFilter},
		{id: "complete", keys: []string{"tab"}, about: "take the marked completion", hint: "complete", in: []place{placeFilter}, run: (*Model).complete},
		{id: "complete-down", keys: []string{"down", "ctrl+n"}, about: "next completion", in: []place{placeFilter}, run: func(m *Model) tea.Cmd { return m.pickCompletion(1) }},
		{id: "complete-up", keys: []string{"up", "ctrl+p", "shift+tab"}, about: "completion before", in: []place{placeFilter}, run: func(m *Model) tea.Cmd { return m.pickCompletion(-1) }},
		{id: "menu-down", keys: []string{"down", "ctrl+n", "tab"}, about: "one down", in: []place{placeMenu}, run: func(m *Model) tea.Cmd { return m.menuMove(1) }},
		{id: "menu-up", keys: []string{"up", "ctrl+p", "shift+tab"}, about: "one up", in: []place{placeMenu}, run: func(m *Model) tea.Cmd { return m.menuMove(-1) }},
		{id: "menu-choose", keys: []string{"enter"}, about: "take the marked line", hint: "choose", in: []place{placeMenu}, run: (*Model).menuChoose},
		{id: "menu-close", keys: []string{"esc"}, about: "close", hint: "close", in: []place{placeMenu}, run: (*Model).closeOverlay},
		{id: "prompt-take", keys: []string{"enter"}, about: "attach what is typed", hint: "attach", in: []place{placePrompt}, run: (*Model).promptTake},
		{id: "prompt-complete", keys: []string{"tab"}, about: "take the marked path", hint: "complete", in: []place{placePrompt}, run: (*Model).promptComplete},
		{id: "prompt-down", keys: []string{"down", "ctrl+n"}, about: "next path", in: []place{placePrompt}, run: func(m *Model) tea.Cmd { return m.promptMove(1) }},
		{id: "prompt-up", keys: []string{"up", "ctrl+p", "shift+tab"}, about: "path before", in: []place{placePrompt}, run: func(m *Model) tea.Cmd { return m.promptMove(-1) }},
		{id: "prompt-close", keys: []string{"esc"}, about: "attach nothing", hint: "close", in: []place{placePrompt}, run: (*Model).closeOverlay},
		{id: "yes", keys: []string{"y"}, about: "yes", hint: "yes", in: []place{placeAsk}, run: (*Model).answerYes},
		{id: "no", keys: []string{"n", "esc", "q"}, about: "no", hint: "no", in: []place{placeAsk}, run: (*Model).closeOverlay},
	}
}
