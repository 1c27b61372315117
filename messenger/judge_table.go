package messenger

// errorKey is a row of the table of errors: code and subcode, each 0 for any.
type errorKey struct{ code, subcode int }

const anyCode = 0

// Verdicts that more than one row, or no row, leads to.
var (
	notReached = Verdict{
		Retry: RetryBackoff, Scope: ScopePage,
		Sentence: "The platform could not be reached.",
		Advice:   "It is tried again; check the network if this goes on.",
	}
	unclear = Verdict{
		Retry: RetryUnclear, Scope: ScopeConversation,
		Sentence: "It is unknown whether the message arrived.",
		Advice:   "The platform tells of each message it took, mostly within seconds. If it does not, look in the customer's chat before sending it again.",
	}
	temporary = Verdict{
		Retry: RetryBackoff, Scope: ScopeMessage,
		Sentence: "The platform could not deliver the message at the moment.",
		Advice:   "It is tried again; if that fails too, the customer may have blocked the page.",
	}
	notGraph = Verdict{
		Retry: RetryNever, Scope: ScopeApp, Foreign: true,
		Sentence: "The answer did not come from the platform.",
		Advice:   "Check the address of the Graph API in the settings.",
	}
	refusedOnTheWay = Verdict{
		Retry: RetryNever, Scope: ScopeMessage,
		Sentence: "Something on the way to the platform refused the message.",
		Advice:   "A proxy may not take a message of this size or form; look at its settings, or shorten the message.",
	}
	unknownCode = Verdict{
		Retry: RetryNever, Scope: ScopeMessage,
		Sentence: "The platform refused the message for a reason frontdesk does not know.",
		Advice:   "Look up the code in the platform's documentation, then send again.",
	}
	windowClosed = Verdict{
		Retry: RetryNever, Scope: ScopeConversation,
		Sentence: "More than 24 hours have passed since the customer wrote.",
		Advice:   "Send it as a human agent if the app may and seven days have not passed, or wait until the customer writes.",
	}
	notAvailable = Verdict{
		Retry: RetryNever, Scope: ScopeConversation,
		Sentence: "This customer cannot be reached now.",
		Advice:   "The customer may have left or blocked the page; try later, or wait until the customer writes.",
	}
	otherAppControls = Verdict{
		Retry: RetryNever, Scope: ScopeConversation,
		Sentence: "Another app controls this conversation.",
		Advice:   "Take control of the conversation, then send again.",
	}
	notApproved = Verdict{
		Retry: RetryNever, Scope: ScopeApp,
		Sentence: "The app is not approved for messaging the public.",
		Advice:   "Until app review is passed only people with a role on the app can be messaged.",
	}
	badRequest = Verdict{
		Retry: RetryNever, Scope: ScopeMessage,
		Sentence: "The platform did not accept the form of the message.",
		Advice:   "This is a fault of frontdesk: report it with the code and the trace id.",
	}
	controlRefused = Verdict{
		Retry: RetryNever, Scope: ScopeConversation,
		Sentence: "The platform refused to change who controls this conversation.",
		Advice:   "Check the app's role in the page's conversation routing.",
	}
	privateReply = Verdict{
		Retry: RetryNever, Scope: ScopeConversation,
		Sentence: "Already answered privately, or a private reply is not allowed here.",
		Advice:   "Wait until the person answers.",
	}
	noProfile = Verdict{
		Retry: RetryNever, Scope: ScopeConversation,
		Sentence: "The platform has no profile for this person.",
	}
)

// setUp is a fault of the settings of app or page.
func setUp(scope Scope, sentence, advice string) Verdict {
	return Verdict{Retry: RetryNever, Scope: scope, Sentence: sentence, Advice: advice}
}

// rateLimit is a limit on calls within scope.
func rateLimit(scope Scope) Verdict {
	return Verdict{
		Retry: RetryWait, Scope: scope,
		Sentence: "The platform's limit on calls is reached.",
		Advice:   "Sending goes on by itself when the platform allows it again.",
	}
}

// tokenDead is a page access token that is good for nothing any more.
func tokenDead(cause string) Verdict {
	return setUp(ScopePage, "The page's access token must be renewed: "+cause+".", "Make a new page access token and put it into the settings.")
}

// pageRestricted is a page that may not send for a while.
func pageRestricted(sentence string) Verdict {
	return setUp(ScopePage, sentence, "Look at the page's quality and support inbox at the platform; what is queued waits.")
}

// badMedia is a media template the platform can't show.
var badMedia = Verdict{
	Retry: RetryNever, Scope: ScopeMessage,
	Sentence: "The platform did not accept the media template.",
	Advice:   "It needs exactly one element with a picture or video of the platform itself.",
}

var badProduct = Verdict{
	Retry: RetryNever, Scope: ScopeMessage,
	Sentence: "A product of the message is not in the catalogue.",
	Advice:   "Choose another product, or check the catalogue connected to the page.",
}

// verdicts is the table of ref. 4.2. Seven-digit numbers stand under any code, because sources disagree on their place.
var verdicts = map[errorKey]Verdict{
	// Temporary, or unclear.
	{1, anyCode}:       temporary,
	{1, 99}:            temporary,
	{2, anyCode}:       temporary,
	{1200, anyCode}:    temporary,
	{anyCode, 1357046}: unclear,

	// Limits on calls.
	{4, anyCode}:       rateLimit(ScopeApp),
	{17, anyCode}:      rateLimit(ScopeApp),
	{32, anyCode}:      rateLimit(ScopePage),
	{341, anyCode}:     rateLimit(ScopeApp),
	{613, anyCode}:     rateLimit(ScopePage),
	{80001, anyCode}:   rateLimit(ScopePage),
	{80006, anyCode}:   rateLimit(ScopePage),
	{anyCode, 2018022}: rateLimit(ScopePage),
	{anyCode, 1893016}: rateLimit(ScopePage),
	{anyCode, 2534040}: rateLimit(ScopePage),
	{anyCode, 2018338}: pageRestricted("The platform warns of misuse of message tags."),
	{anyCode, 2018352}: {
		Retry: RetryNever, Scope: ScopeConversation, Sentence: "Too many marketing messages went to this person.", Advice: "Wait before writing more.",
	},
	{anyCode, 2018354}: {
		Retry: RetryNever, Scope: ScopeConversation, Sentence: "It is too early for another marketing message to this person.", Advice: "Wait before writing more.",
	},

	// The customer can't be reached.
	{anyCode, 2018278}: windowClosed,
	{anyCode, 2018065}: windowClosed,
	{anyCode, 2534022}: windowClosed,
	{anyCode, 2018108}: {
		Retry: RetryNever, Scope: ScopeConversation, Sentence: "The customer has blocked or muted the page.", Advice: "Wait until the customer writes.",
	},
	{anyCode, 2018001}: {
		Retry: RetryNever, Scope: ScopeConversation, Sentence: "The platform does not know this recipient.",
		Advice: "A website visitor's session may have ended; wait until the customer writes.",
	},
	{551, anyCode}:     notAvailable,
	{anyCode, 1545041}: notAvailable,
	{anyCode, 2018300}: otherAppControls,
	{anyCode, 2018321}: {
		Retry: RetryNever, Scope: ScopeConversation, Sentence: "An automated flow controls this conversation.", Advice: "Take control of the conversation, then send again.",
	},
	{anyCode, 2018171}: controlRefused,
	{anyCode, 2018234}: controlRefused,
	{anyCode, 2018164}: setUp(ScopeApp, "The app named in a change of control does not exist.", "Check the app id in the settings."),
	{10900, anyCode}:   privateReply,
	{10903, anyCode}:   privateReply,
	{10904, anyCode}:   privateReply,
	{anyCode, 9000001}: {Retry: RetryNever, Scope: ScopeMessage, Sentence: "The message was deleted or is too old to be asked for."},

	// The request.
	{100, anyCode}:     badRequest,
	{anyCode, 1893061}: badRequest,
	{anyCode, 2018014}: badRequest,
	{anyCode, 2018034}: badRequest,
	{anyCode, 2018382}: badRequest,
	{100, 33}:          setUp(ScopePage, "The platform does not know the page under this token.", "Check that page id and page access token belong together."),
	{anyCode, 2018008}: {
		Retry: RetryOnce, Scope: ScopeMessage, Sentence: "The platform could not fetch the attachment from its address.", Advice: "Check that the address is public, or upload the file.",
	},
	{anyCode, 2018074}: {
		Retry: RetryOnce, Scope: ScopeMessage, Sentence: "The stored attachment expired or belongs to another page.", Advice: "Upload the file again.",
	},
	{anyCode, 2018294}: {
		Retry: RetryOnce, Scope: ScopeMessage, Sentence: "The video took too long or is damaged.", Advice: "Send a shorter video.",
	},
	{anyCode, 2018047}: {
		Retry: RetryNever, Scope: ScopeMessage, Sentence: "The attachment is not of the type it was sent as.", Advice: "Send it as a file.",
	},
	{anyCode, 2018109}: {
		Retry: RetryNever, Scope: ScopeMessage, Sentence: "The attachment is too large.", Advice: "Pictures may have 8 MB, everything else 25 MB.",
	},
	{anyCode, 2018320}: badProduct,
	{anyCode, 2018328}: badProduct,
	{anyCode, 2018173}: badMedia,
	{anyCode, 2018175}: badMedia,
	{anyCode, 2018182}: badMedia,
	{anyCode, 2018183}: badMedia,
	{anyCode, 2018184}: badMedia,
	{anyCode, 2018185}: badMedia,
	{anyCode, 2018186}: badMedia,
	{anyCode, 2018187}: badMedia,
	{anyCode, 2018188}: badMedia,
	{anyCode, 2018218}: noProfile,

	// Token and permissions.
	{102, anyCode}:     tokenDead("the session is invalid"),
	{190, anyCode}:     tokenDead("it is invalid"),
	{190, 458}:         tokenDead("the app was removed from the account"),
	{190, 459}:         tokenDead("the account must pass a check at the platform"),
	{190, 460}:         tokenDead("the password was changed"),
	{190, 463}:         tokenDead("it expired"),
	{190, 464}:         tokenDead("the account is not confirmed"),
	{190, 467}:         tokenDead("it was invalidated"),
	{190, 492}:         tokenDead("its owner lost the role on the page"),
	{190, 490}:         pageRestricted("The account must pass a check before the page may send."),
	{anyCode, 2069032}: pageRestricted("Permissions for the page are missing or withdrawn."),
	{anyCode, 2534041}: pageRestricted("The app's access was withdrawn."),
	{anyCode, 2534029}: pageRestricted("The business is blocked."),
	{10, anyCode}:      setUp(ScopePage, "A permission or feature is missing.", "Check the app's permissions and features at the platform."),
	{200, anyCode}:     setUp(ScopePage, "The token lacks a permission.", "Check that it has pages_messaging and that its owner may message for the page."),
	{230, anyCode}: setUp(ScopePage, "The token lacks the permission pages_messaging, or the person has to consent.",
		"Check the permissions of the token."),
	{anyCode, 2018028}: notApproved,
	{anyCode, 2018027}: notApproved,
	{anyCode, 2018021}: setUp(ScopePage, "Finding people by phone number is not open to this page.", "Write to people who wrote to the page."),
	{anyCode, 2018247}: setUp(ScopePage, "The app may not read profiles.", "Ask for the feature Business Asset User Profile Access."),
	{anyCode, 2018344}: setUp(ScopePage, "The platform's terms are not accepted.", "Accept them at the platform."),
	{2022, anyCode}:    setUp(ScopePage, "Commerce messages are off for this page.", "Switch them on at the platform."),
	{10303, anyCode}:   setUp(ScopePage, "Account linking failed.", "Check the address for account linking."),

	// Blocks.
	{368, anyCode}:     pageRestricted("The page is blocked for a breach of policy."),
	{anyCode, 1893063}: pageRestricted("The page is restricted from sending for the time being."),
	{anyCode, 1893015}: pageRestricted("The page or one of its features is restricted."),
	{anyCode, 1404170}: pageRestricted("The page or one of its features is restricted."),
	{anyCode, 2018336}: pageRestricted("The page or one of its features is restricted."),
}
