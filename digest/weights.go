package digest

// learnt are the weights that Extractive chooses by. This is how they were
// learnt, with the open sets in ../shared/data:
//
//	go run -tags goolm ./eval learn -words 90,110,330 -facts digest/testdata/threads \
//		../shared/data/convosumm-email.jsonl ../shared/data/qmsum.jsonl ../shared/data/klexikon.jsonl
//
// It is a ridge regression towards ByHand: which sentence, at each step of a
// summary, gains most for the words it takes. Of mail threads, meetings and
// articles ROUGE counts, of twenty chats which facts are told; replies,
// reactions and marks are only in the latter. It prints this table, and what
// weights learnt in the same way reach on talks that they were not learnt from.
func learnt() *Weights {
	return &Weights{
		Always: 2.57, First: 0.47, Second: 0.08, Early: 1.42, Last: 0.07, Root: 1.28,
		RootFirst: 1.02, Progress: -0.35, End: -0.17, Length: -0.54, Words: -0.60, Short: 0.10,
		Long: -0.37, Central: 0.14, Dense: 1.87, TitleShare: 2.23, OfTitle: 1.94, Mark: 0.09,
		Asking: 0.41, Reply: -1.06, Replied: 0.50, Reacted: 1.82, Marked: 0.74, Number: -0.20,
		When: 0.23, Link: -0.94, I: -0.74, We: -0.39, You: -0.30, Addressed: -0.13,
		Decides: 0.25, Opines: 0.21, Backward: 0.08, MessageLength: 0.22, Share: 0.37, Newcomer: -0.52,
		Unended: -1.40, Colon: 0.83, Odd: -1.82, Lower: -0.49, TightFirst: 0.09, TightWords: 0.49,
		TightCentral: 1.23, TightDense: 0.58, TightTitle: 0.01, SoloFirst: -0.94, SoloRoot: 0.59, SoloWords: 0.51,
		SoloProgress: -0.85, BriefWords: -0.32, BriefFirst: -1.86, Corrects: -0.17, Concludes: 0.45, Aside: -1.15,
		Founder: -1.32, LateFounder: 1.03, OpenAsk: 0.28, LateAsk: 0.59, Tells: 0.39, Promises: 0.72,
		Bare: -0.19, Stops: 2.69, Chatter: -0.52, Letters: -1.73, Commas: -0.38, TightStops: -0.02,
		TightChatter: -0.95, TightAsking: -1.08, TightLength: 0.08, TightDecides: -0.64, SoloStops: 0.48, SoloLetters: -1.00,
		SoloCentral: 0.38, SoloTitle: -1.78, BriefDecides: -0.26, BriefNumber: 0.94, ChatAsking: 1.31, ChatTells: -0.13,
		ChatOpen: 1.33, ChatConcludes: 0.44, ChatShort: 0.51, ChatBare: -0.81, Gain: 1.05, Repeats: -0.37,
		SameVoice: -1.21, SameNote: -0.63, Next: 0.11, Full: 0.73, TightGain: 1.55, SoloGain: 0.24,
		BriefGain: -0.47,
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
