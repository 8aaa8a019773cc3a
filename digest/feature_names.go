package digest

// String is the name of a feature, as it stands in the table of weights.
func (f Feature) String() string {
	return [...]string{
		Always: "Always", First: "First", Second: "Second", Early: "Early", Last: "Last", Root: "Root",
		RootFirst: "RootFirst", Progress: "Progress", End: "End", Length: "Length", Words: "Words", Short: "Short",
		Long: "Long", Central: "Central", Dense: "Dense", TitleShare: "TitleShare", OfTitle: "OfTitle", Mark: "Mark",
		Asking: "Asking", Reply: "Reply", Replied: "Replied", Reacted: "Reacted", Marked: "Marked", Number: "Number",
		When: "When", Link: "Link", I: "I", We: "We", You: "You", Addressed: "Addressed",
		Decides: "Decides", Opines: "Opines", Backward: "Backward", MessageLength: "MessageLength", Share: "Share", Newcomer: "Newcomer",
		Unended: "Unended", Colon: "Colon", Odd: "Odd", Lower: "Lower", TightFirst: "TightFirst", TightWords: "TightWords",
		TightCentral: "TightCentral", TightDense: "TightDense", TightTitle: "TightTitle", SoloFirst: "SoloFirst", SoloRoot: "SoloRoot", SoloWords: "SoloWords",
		SoloProgress: "SoloProgress", BriefWords: "BriefWords", BriefFirst: "BriefFirst", Corrects: "Corrects", Concludes: "Concludes", Aside: "Aside",
		Founder: "Founder", LateFounder: "LateFounder", OpenAsk: "OpenAsk", LateAsk: "LateAsk", Tells: "Tells", Promises: "Promises",
		Bare: "Bare", Stops: "Stops", Chatter: "Chatter", Letters: "Letters", Commas: "Commas", TightStops: "TightStops",
		TightChatter: "TightChatter", TightAsking: "TightAsking", TightLength: "TightLength", TightDecides: "TightDecides", SoloStops: "SoloStops", SoloLetters: "SoloLetters",
		SoloCentral: "SoloCentral", SoloTitle: "SoloTitle", BriefDecides: "BriefDecides", BriefNumber: "BriefNumber", ChatAsking: "ChatAsking", ChatTells: "ChatTells",
		ChatOpen: "ChatOpen", ChatConcludes: "ChatConcludes", ChatShort: "ChatShort", ChatBare: "ChatBare", Gain: "Gain", Repeats: "Repeats",
		SameVoice: "SameVoice", SameNote: "SameNote", Next: "Next", Full: "Full", TightGain: "TightGain", SoloGain: "SoloGain",
		BriefGain: "BriefGain",
	}[f]
}
