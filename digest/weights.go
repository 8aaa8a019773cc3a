package digest

// learnt are the weights that Extractive chooses by.
func learnt() *Weights {
	return &Weights{
		Always: -0.14, First: 0.60, Second: 0.04, Early: 0.30, Last: -0.04, Root: 0.14,
		RootFirst: 0.46, Progress: 0.08, End: -0.12, Length: 0.20, Short: -0.64, Long: -0.20,
		Central: 0.30, Dense: 0.20, TitleShare: 0.54, OfTitle: 0.02, Asking: 0.54, Reply: -0.06,
		Replied: 0.28, Reacted: 0.50, Marked: 0.20, Number: -0.14, When: -0.06, Link: -0.40,
		I: -0.08, You: -0.08, Addressed: -0.20, Decides: 0.15, Opines: 0.08, Backward: -0.15,
		Unended: -0.04, Colon: -0.24, Odd: -0.42, Lower: -0.24, TightFirst: 0.16, TightWords: -0.14,
		TightCentral: 0.24, TightDense: -0.08, TightTitle: 0.08, SoloFirst: 0.02, SoloRoot: 0.68, SoloWords: -0.64,
		SoloProgress: -0.92, BriefWords: 0.06, BriefFirst: -0.08, Corrects: 0.06, Concludes: 0.52, Aside: 0.04,
		OpenAsk: 0.26, LateAsk: 0.38, Tells: 0.12, Promises: 0.28, Bare: -0.40, Stops: 0.08,
		Chatter: -0.26, Letters: -0.06, TightStops: 0.08, TightChatter: -0.56, TightAsking: -0.16, TightLength: 0.12,
		TightDecides: -0.08, SoloStops: 0.38, SoloLetters: -0.24, SoloCentral: 0.04, SoloTitle: 0.26, BriefDecides: 0.06,
		BriefNumber: 0.06, Gain: 1.04, Repeats: -0.34, SameVoice: -0.13, SameNote: -0.32, Next: 0.10,
		Full: -0.08, TightGain: -0.02,
	}
}

// ByHand are weights by judgement, from where learning starts.
func ByHand() *Weights {
	return &Weights{
		Always: 0.1, First: 0.6, Early: 0.3, Root: 0.1, RootFirst: 0.4, Length: 0.2, Short: -0.5, Long: -0.2,
		Central: 0.3, Dense: 0.2, TitleShare: 0.3, Asking: 0.3, Reply: 0.1, Replied: 0.5, Reacted: 0.4, Marked: 0.8,
		Number: 0.1, When: 0.1, Decides: 0.15, Backward: -0.15, Odd: -0.3, Colon: -0.3, Corrects: 0.1,
		Concludes: 0.4, Aside: -0.8, LateFounder: 0.2, OpenAsk: 0.2, LateAsk: 0.2, Tells: 0.2, ChatAsking: 0.6, ChatTells: 0.3, ChatOpen: 0.3, ChatConcludes: 0.3, ChatShort: -0.4, ChatBare: -0.4, Bare: -0.4, TightWords: -0.3,
		Gain: 0.8, Repeats: -0.6, SameNote: -0.4, SameVoice: -0.05, Next: 0.1,
	}
}
